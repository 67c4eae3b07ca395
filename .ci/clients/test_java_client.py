"""The calls of Triton's Java client, byte for byte as it sends them, and its answers read as it reads them.

The client is published as source only. It speaks HTTP through Apache HttpAsyncClient 4: no Content-Type, one
`Inference-Header-Content-Length` where an input is binary, `parameters` on every tensor, and for answers
Jackson readers that know a few names and fail on any other.
"""

import http.client
import json

import numpy as np
import pytest

ANSWER = {"model_name", "model_version", "id", "parameters", "outputs"}
OUTPUT = {"name", "shape", "datatype", "parameters", "data"}


def infer(server, model: str, inputs: list, outputs: list | None, *, version: str = "", **settings):
    """
    :param inputs: (name, array, datatype, binary)
    :param outputs: (name, binary, class count), or None for all as the server has them
    """
    request, tail = {}, b""
    if "id" in settings:
        request["id"] = settings.pop("id")
    request["inputs"] = []
    for name, array, datatype, binary in inputs:
        tensor = {"name": name, "shape": list(array.shape), "datatype": datatype, "parameters": {}}
        if binary:
            tensor["parameters"]["binary_data_size"] = array.nbytes
            tail += array.tobytes()
        else:
            tensor["data"] = array.ravel().tolist()
        request["inputs"].append(tensor)
    if outputs:
        request["outputs"] = [
            {"name": name, "parameters": ({"classification": classes} if classes else {}) | {"binary_data": binary}}
            for name, binary, classes in outputs]
    else:
        settings["binary_data_output"] = True
    if settings:
        request["parameters"] = settings
    head = json.dumps(request, separators=(",", ":")).encode()

    connection = http.client.HTTPConnection(server.http)
    connection.putrequest(
        "POST", f"/v2/models/{model}{'/versions/' + version if version else ''}/infer", skip_accept_encoding=True)
    if tail:
        connection.putheader("Inference-Header-Content-Length", str(len(head)))
    connection.putheader("Content-Length", str(len(head + tail)))
    connection.putheader("Connection", "Keep-Alive")
    connection.putheader("User-Agent", "Apache-HttpAsyncClient/4.1.5 (Java/25.0.1)")
    connection.endheaders(head + tail)
    answer = connection.getresponse()
    status, length, body = answer.status, answer.getheader("Inference-Header-Content-Length"), answer.read()
    connection.close()
    return status, None if length is None else int(length), body


def read(status: int, length: int | None, body: bytes) -> dict[str, np.ndarray]:
    assert status == 200, body
    response = json.loads(body if length is None else body[:length])
    assert set(response) <= ANSWER
    rest, values = b"" if length is None else body[length:], {}
    for output in response["outputs"]:
        assert set(output) <= OUTPUT
        kind = {"FP32": np.float32, "INT32": np.int32, "INT64": np.int64}[output["datatype"]]
        size = output.get("parameters", {}).get("binary_data_size")
        if size is None:
            values[output["name"]] = np.array(output["data"], kind).reshape(output["shape"])
        else:
            values[output["name"]] = np.frombuffer(rest[:size], kind).reshape(output["shape"])
            rest = rest[size:]
    assert rest == b""
    return values


NUMBERS = np.arange(1, 17, dtype=np.int32).reshape(1, 16)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_its_example(server, first, second):
    values = read(*infer(
        server, "simple", [("INPUT0", NUMBERS, "INT32", first), ("INPUT1", NUMBERS, "INT32", second)],
        [("OUTPUT0", first, 0), ("OUTPUT1", second, 0)]))
    assert values["OUTPUT0"].tolist() == (NUMBERS * 2).tolist()
    assert values["OUTPUT1"].tolist() == (NUMBERS * 0).tolist()


@pytest.mark.parametrize("binary", [True, False])
def test_all_outputs_as_binary_tensors(server, binary):
    status, length, body = infer(
        server, "simple", [(name, NUMBERS, "INT32", binary) for name in ("INPUT0", "INPUT1")], None)
    assert length is not None
    assert read(status, length, body)["OUTPUT0"].tolist() == (NUMBERS * 2).tolist()


def test_every_argument(server):
    values = read(*infer(
        server, "identity", [("x", np.ones((2, 3), np.float32), "FP32", True)], [("y", True, 0)],
        version="1", id="r-1", priority=1, timeout=5_000_000))
    assert values["y"].tolist() == [[1, 1, 1]] * 2


def test_an_error_is_json_with_its_words(server):
    status, _, body = infer(server, "nobody", [("x", np.ones((1, 3), np.float32), "FP32", True)], None)
    assert status == 404
    assert "nobody" in json.loads(body)["error"]
