"""grpcurl, which knows nothing but what reflection tells it."""

import base64
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

GRPCURL = Path(os.environ.get("CLIENTS_BIN", "")) / "grpcurl"
pytestmark = pytest.mark.skipif(not GRPCURL.is_file(), reason="CLIENTS_BIN has no grpcurl")


def grpcurl(server, *arguments: str, data: dict | None = None, fails: bool = False) -> str:
    given = [] if data is None else ["-d", json.dumps(data)]
    ended = subprocess.run([GRPCURL, "-plaintext", *given, server.grpc, *arguments], capture_output=True, text=True,
                           timeout=30, check=False)
    assert (ended.returncode != 0) is fails, ended.stderr
    return ended.stderr if fails else ended.stdout


def test_it_lists_the_services(server):
    assert {"inference.GRPCInferenceService", "grpc.health.v1.Health"} <= set(grpcurl(server, "list").split())


def test_it_lists_the_calls(server):
    calls = set(grpcurl(server, "list", "inference.GRPCInferenceService").split())
    assert {"inference.GRPCInferenceService." + call for call in (
        "ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer", "ModelStreamInfer",
        "ModelConfig", "ModelStatistics", "RepositoryIndex", "RepositoryModelLoad", "RepositoryModelUnload")} <= calls


def test_it_describes_messages(server):
    message = grpcurl(server, "describe", "inference.ModelInferRequest")
    assert "bytes raw_input_contents = 7;" in message.replace("repeated ", "")
    assert "int32 max_batch_size = 4;" in grpcurl(server, "describe", "inference.ModelConfig")


def test_it_calls(server):
    assert json.loads(grpcurl(server, "grpc.health.v1.Health/Check")) == {"status": "SERVING"}
    service = "inference.GRPCInferenceService/"
    assert json.loads(grpcurl(server, service + "ServerReady")) == {"ready": True}
    metadata = json.loads(grpcurl(server, service + "ModelMetadata", data={"name": "identity"}))
    assert metadata["inputs"] == [{"name": "x", "datatype": "FP32", "shape": ["-1", "-1"]}]

    typed = json.loads(grpcurl(server, service + "ModelInfer", data={
        "model_name": "identity", "id": "typed",
        "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "contents": {"fp32_contents": [1.5, -2]}}]}))
    assert typed["id"] == "typed" and typed["outputs"][0]["shape"] == ["1", "2"]
    raw = json.loads(grpcurl(server, service + "ModelInfer", data={
        "model_name": "identity", "inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2]}],
        "raw_input_contents": [base64.b64encode(np.array([1.5, -2], np.float32).tobytes()).decode()]}))
    assert np.frombuffer(base64.b64decode(raw["raw_output_contents"][0]), np.float32).tolist() == [1.5, -2]


def test_it_hears_why_a_call_failed(server):
    said = grpcurl(server, "inference.GRPCInferenceService/ModelConfig", data={"name": "nobody"}, fails=True)
    assert "Code: NotFound" in said and "nobody" in said
