"""The server that is driven: one that runs already, or one that is started and stopped here."""

import http.client
import json
import os
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "app-server/src/main/resources/io/matih/inference/server/demo/samples"
ZOO = ROOT / "app-engine/src/test/resources/models"
START_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """Where it listens, as Triton's clients take it: HOST:PORT, without a scheme."""

    http: str
    grpc: str
    data: Path | None = None

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str):
        """The status, the headers and the body of the answer, whatever the status is."""
        connection = http.client.HTTPConnection(self.http, timeout=60)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def json(self, method: str, path: str, body: dict | None = None) -> dict:
        content = None if body is None else json.dumps(body).encode()
        status, _, answer = self.request(method, path, content, Content_Type="application/json")
        assert status < 300, f"{method} {path}: {status} {answer.decode()}"
        return json.loads(answer or b"{}")

    def upload(self, content: bytes) -> str:
        status, _, answer = self.request(
            "POST", "/api/v1/inference/uploads", content, Content_Type="application/octet-stream")
        assert status == 201, answer
        return json.loads(answer)["uri"]

    def deploy(self, name: str, model: bytes, **fields) -> dict:
        source = {"uri": self.upload(model), "format": "onnx"}
        return self.json("POST", "/api/v1/inference/deploy", {"name": name, "source": source, **fields})


@contextmanager
def running(*options: str):
    """A server of its own on free ports, with an empty data folder."""
    with tempfile.TemporaryDirectory(prefix="matih-clients-") as folder:
        folder = Path(folder)
        ready, log, data = folder / "ready.json", folder / "server.log", folder / "data"
        command = [str(ROOT / "matih"), "serve", "--data", str(data), "--http.port", "0", "--grpc.port", "0",
                   "--ready-file", str(ready), *options]
        with open(log, "wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        try:
            addresses = await_ready(process, ready, log)
            yield Server(*(addresses[key].rpartition("/")[2] for key in ("http", "grpc")), data)
            assert process.poll() is None, f"the server ended by itself:\n{log.read_text()}"
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            keep = os.environ.get("MATIH_CLIENTS_LOG")
            if keep:
                Path(keep).write_bytes(log.read_bytes())
        assert process.returncode == 0, f"the server exited with {process.returncode}:\n{log.read_text()}"


def await_ready(process: subprocess.Popen, ready: Path, log: Path) -> dict:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"no server:\n{log.read_text()}")
        time.sleep(0.05)
    return json.loads(ready.read_text())


def given() -> Server | None:
    """The server that MATIH_HTTP and MATIH_GRPC name."""
    http, grpc = os.environ.get("MATIH_HTTP"), os.environ.get("MATIH_GRPC")
    return Server(http, grpc) if http and grpc else None
