"""Health, metadata, configuration and statistics."""

import numpy as np
import pytest
from drivers import Driver, InferenceServerException
from tritonclient.grpc.auth import BasicAuth as GrpcBasicAuth
from tritonclient.http.auth import BasicAuth as HttpBasicAuth

DURATIONS = ("success", "fail", "queue", "compute_input", "compute_infer", "compute_output", "cache_hit", "cache_miss")


def numbers(values) -> list[int]:
    return [int(value) for value in values]


def test_the_server_is_live_and_ready(client):
    assert client.is_server_live() is True
    assert client.is_server_ready() is True


def test_a_model_is_ready_in_the_versions_it_has(client):
    assert client.is_model_ready("digits-mlp") is True
    assert client.is_model_ready("digits-mlp", "1") is True
    assert client.is_model_ready("digits-mlp", "2") is False
    assert client.is_model_ready("nobody") is False


def test_the_server_names_itself_and_what_it_can(client):
    metadata = client.json("get_server_metadata")
    assert metadata["name"] and metadata["version"]
    assert {"classification", "model_repository", "model_configuration", "binary_tensor_data", "statistics"} <= set(
        metadata["extensions"])
    assert not {"cuda_shared_memory", "system_shared_memory", "trace", "logging"} & set(metadata["extensions"])


def test_metadata_tells_tensors(client):
    metadata = client.json("get_model_metadata", "digits-mlp")
    assert metadata["name"] == "digits-mlp"
    assert metadata["versions"] == ["1"]
    assert metadata["platform"] == "onnxruntime_onnx"
    (pixels,), outputs = metadata["inputs"], metadata["outputs"]
    assert (pixels["name"], pixels["datatype"], numbers(pixels["shape"])) == ("pixels", "FP32", [-1, 64])
    assert outputs and client.json("get_model_metadata", "digits-mlp", "1") == metadata


def test_metadata_names_every_datatype(client):
    metadata = client.json("get_model_metadata", "every_type")
    assert {tensor["name"]: tensor["datatype"] for tensor in metadata["inputs"]} == {
        "in_" + name: name for name in
        "BOOL UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 FP16 FP32 FP64 BF16 BYTES".split()}


def test_configuration_tells_tensors_without_the_batch(client):
    config = client.json("get_model_config", "simple")
    config = config if client.is_http else config["config"]
    assert config["name"] == "simple"
    assert config["max_batch_size"] == 8
    assert config["backend"] == "onnxruntime"
    assert [(tensor["name"], tensor["data_type"], numbers(tensor["dims"])) for tensor in config["input"]] == [
        ("INPUT0", "TYPE_INT32", [16]), ("INPUT1", "TYPE_INT32", [16])]
    assert [tensor["name"] for tensor in config["output"]] == ["OUTPUT0", "OUTPUT1"]
    assert config["instance_group"]


def statistics(client, name: str) -> dict:
    (one,) = client.json("get_inference_statistics", name)["model_stats"]
    return one


def test_statistics_count_requests_rows_and_runs(client):
    rows = [client.input("x", np.ones((3, 4), np.float32))]
    client.infer("identity", rows)
    before = statistics(client, "identity")
    for _ in range(4):
        client.infer("identity", rows)
    with pytest.raises(InferenceServerException):
        client.infer("identity", [client.input("x", np.ones((3, 4), np.int32))])
    after = statistics(client, "identity")

    def counted(path: str) -> int:
        def read(from_):
            for key in path.split("."):
                from_ = from_.get(key, {}) if key != path.split(".")[-1] else from_.get(key, 0)
            return int(from_)
        return read(after) - read(before)

    assert after["name"] == "identity" and after["version"] == "1"
    assert counted("inference_count") == 12
    assert counted("execution_count") == 4
    assert counted("inference_stats.success.count") == 4
    assert counted("inference_stats.compute_infer.count") == 4
    assert counted("inference_stats.success.ns") > 0
    assert int(after["last_inference"]) >= int(before["last_inference"]) > 1_700_000_000_000


def test_statistics_have_every_key_over_http(http_client):
    one = statistics(http_client, "digits-mlp")
    assert {"name", "version", "last_inference", "inference_count", "execution_count", "inference_stats",
            "response_stats", "batch_stats", "memory_usage"} <= set(one)
    assert set(one["inference_stats"]) == set(DURATIONS)
    for duration in one["inference_stats"].values():
        assert set(duration) == {"count", "ns"}


def test_statistics_of_all_models(client):
    names = {one["name"] for one in client.json("get_inference_statistics")["model_stats"]}
    assert {"digits-mlp", "iris", "identity"} <= names


def test_headers_and_plugins_pass(client):
    client.register_plugin((HttpBasicAuth if client.is_http else GrpcBasicAuth)("user", "password"))
    assert client.is_server_live(headers={"x-tenant": "blue", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"})
    result = client.infer("identity", [client.input("x", np.ones((1, 2), np.float32))], headers={"x-tenant": "blue"})
    assert result.as_numpy("y").tolist() == [[1, 1]]
    client.unregister_plugin()


def test_a_query_parameter_is_not_passed_over(http_client):
    with pytest.raises(InferenceServerException) as refused:
        http_client.get_server_metadata(query_params={"tenant": "blue"})
    assert "tenant" in refused.value.message()


@pytest.mark.parametrize("method, arguments", [
    ("get_trace_settings", ()), ("get_log_settings", ()), ("get_system_shared_memory_status", ()),
    ("get_cuda_shared_memory_status", ()), ("update_log_settings", ({"log_verbose_level": 1},)),
    ("register_system_shared_memory", ("region", "/key", 64))])
def test_what_is_not_offered_is_refused_in_words(client, method, arguments):
    with pytest.raises(InferenceServerException) as refused:
        getattr(client, method)(*arguments)
    assert refused.value.message()
    if not client.is_http:
        assert refused.value.status() == "StatusCode.UNIMPLEMENTED"


@pytest.mark.parametrize("method", ["get_model_metadata", "get_model_config", "get_inference_statistics"])
def test_an_unknown_model_is_named(client, method):
    with pytest.raises(InferenceServerException) as refused:
        getattr(client, method)("nobody")
    assert "nobody" in refused.value.message()
    assert refused.value.status() in ("404", "StatusCode.NOT_FOUND")


def test_a_client_that_cannot_connect_says_so():
    for kind in ("http", "grpc"):
        away = Driver(kind, "127.0.0.1:1")
        with pytest.raises((InferenceServerException, ConnectionError)):
            away.get_server_metadata()
        away.close()
