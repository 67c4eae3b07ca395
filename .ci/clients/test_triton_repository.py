"""A model repository as Triton reads it, deployed as it is."""

import subprocess

import numpy as np
import pytest
from drivers import KINDS, Driver, text
from conftest import address
from models import add_sub
from server import ROOT, SAMPLES, running

ADD_SUB = """\
# Triton's own example, tuned.
name: "triton_simple"
platform: "onnxruntime_onnx"
max_batch_size: 8
input [
  { name: "INPUT0" data_type: TYPE_INT32 dims: [ 16 ] },
  { name: "INPUT1" data_type: TYPE_INT32 dims: [ 16 ] }
]
output [ { name: "OUTPUT0" data_type: TYPE_INT32 dims: [ 16 ] }, { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ 16 ] } ]
dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }
instance_group [ { count: 1 kind: KIND_CPU } ]
parameters { key: "intra_op_thread_count" value: { string_value: "1" } }
optimization { input_pinned_memory { enable: true } }
"""

IRIS = """\
backend: "onnxruntime"
max_batch_size: 32
input { name: "X" data_type: TYPE_FP32 dims: 4 }
output { name: "label" data_type: TYPE_INT64 dims: [ ] }
output { name: "probabilities" data_type: TYPE_FP32 dims: 3 label_filename: "species.txt" }
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repository")
    for version, factor in ((1, 1), (3, 10)):
        model = folder / f"triton_simple/{version}/model.onnx"
        model.parent.mkdir(parents=True)
        model.write_bytes(add_sub(factor))
    (folder / "triton_simple/config.pbtxt").write_text(ADD_SUB)
    (folder / "triton_iris/1").mkdir(parents=True)
    (folder / "triton_iris/1/model.onnx").write_bytes((SAMPLES / "iris/model.onnx").read_bytes())
    (folder / "triton_iris/config.pbtxt").write_text(IRIS)
    (folder / "triton_iris/species.txt").write_text("setosa\nversicolor\nvirginica\n")
    return folder


@pytest.fixture(scope="module", params=["matih deploy", "matih serve"])
def serving(repository, request):
    if request.param == "matih serve":
        with running("--model-repository", str(repository)) as started:
            yield started
    else:
        server = request.getfixturevalue("server")
        deployed = subprocess.run(
            [ROOT / "matih", "deploy", "--repository", repository, "--server", f"http://{server.http}"],
            capture_output=True, text=True, timeout=120, check=False)
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        yield server


@pytest.mark.parametrize("kind", KINDS)
def test_it_serves_unchanged(serving, kind):
    client = Driver(kind, address(serving, kind))
    metadata = client.json("get_model_metadata", "triton_simple")
    assert metadata["versions"] == ["3"]

    config = client.json("get_model_config", "triton_simple")
    config = config if client.is_http else config["config"]
    assert config["max_batch_size"] == 8
    assert [int(size) for size in config["dynamic_batching"]["preferred_batch_size"]] == [4, 8]
    assert int(config["dynamic_batching"]["max_queue_delay_microseconds"]) == 100

    pair = [client.input(name, np.full((2, 16), 3, np.int32)) for name in ("INPUT0", "INPUT1")]
    assert client.infer("triton_simple", pair).as_numpy("OUTPUT0").tolist() == [[60] * 16] * 2

    flower = [client.input("X", np.array([[5.1, 3.5, 1.4, 0.2]], np.float32))]
    best = client.infer("triton_iris", flower, outputs=[client.output("probabilities", class_count=1)])
    assert text(best.as_numpy("probabilities"))[0].endswith(":0:setosa")
    client.close()
