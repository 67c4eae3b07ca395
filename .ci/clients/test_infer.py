"""Infer with every datatype, in every form there is on the wire."""

import queue

import numpy as np
import pytest
import tritonclient.http
from drivers import InferenceServerException, answer, text
from models import EVERY_TYPE

# Triton's HTTP client sends these as binary tensors only.
BINARY_ONLY = {"FP16", "BF16"}
COMPRESSIONS = ("gzip", "deflate")


def every_input(client, binary: bool = True, rows: int = 1):
    return [client.input("in_" + name, np.repeat(array, rows, 0), name, binary or name in BINARY_ONLY)
            for name, (_, array) in EVERY_TYPE.items()]


def every_output(client, binary: bool = True):
    return [client.output("out_" + name, binary or name in BINARY_ONLY) for name in EVERY_TYPE]


def assert_every_output(result, rows: int = 1):
    for name, (_, array) in EVERY_TYPE.items():
        given = result.as_numpy("out_" + name)
        assert given is not None and given.shape == (rows, 3), name
        if name == "BYTES":
            assert text(given) == text(np.repeat(array, rows, 0))
        else:
            assert given.dtype == array.dtype, name
            np.testing.assert_array_equal(given, np.repeat(array, rows, 0), err_msg=name)


def ones(client, columns: int = 4):
    return [client.input("x", np.ones((1, columns), np.float32))]


def test_every_datatype_without_asking_for_outputs(client):
    assert_every_output(client.infer("every_type", every_input(client)))


@pytest.mark.parametrize("binary_out", [True, False])
@pytest.mark.parametrize("binary_in", [True, False])
def test_every_datatype_as_binary_and_as_json(http_client, binary_in, binary_out):
    assert_every_output(http_client.infer(
        "every_type", every_input(http_client, binary_in, rows=3), outputs=every_output(http_client, binary_out)), rows=3)


def test_every_datatype_over_grpc(grpc_client):
    assert_every_output(grpc_client.infer(
        "every_type", every_input(grpc_client, rows=3), outputs=every_output(grpc_client)), rows=3)


@pytest.mark.parametrize("response", (None, *COMPRESSIONS))
@pytest.mark.parametrize("request_", (None, *COMPRESSIONS))
def test_compression_both_ways(http_client, request_, response):
    result = http_client.infer(
        "every_type", every_input(http_client, rows=200), request_compression_algorithm=request_,
        response_compression_algorithm=response)
    assert_every_output(result, rows=200)


@pytest.mark.parametrize("algorithm", COMPRESSIONS)
def test_compression_over_grpc(grpc_client, algorithm):
    assert_every_output(
        grpc_client.infer("every_type", every_input(grpc_client, rows=200), compression_algorithm=algorithm), rows=200)


def with_bytes(client, *values: bytes):
    return [client.input("in_" + name, np.array([values], np.object_) if name == "BYTES" else array, name)
            for name, (_, array) in EVERY_TYPE.items()]


def test_unusual_text(client):
    values = [b"a\x00b", b"", "é".encode() * 70000]
    result = client.infer("every_type", with_bytes(client, *values))
    assert result.as_numpy("out_BYTES").ravel().tolist() == values


def test_bytes_that_are_no_text_are_refused(client):
    with pytest.raises(InferenceServerException) as refused:
        client.infer("every_type", with_bytes(client, b"\xff\xfe", b"", b"\x80"))
    assert "UTF-8" in refused.value.message()


def test_the_samples_are_as_good_as_they_were(client, digits):
    pixels, labels = digits
    result = client.infer("digits-mlp", [client.input("pixels", pixels)])
    (output,) = client.json("get_model_metadata", "digits-mlp")["outputs"]
    assert np.mean(result.as_numpy(output["name"]).argmax(1) == labels) > 0.98


def test_outputs_come_in_the_order_they_were_asked_for(client):
    pair = [client.input(name, np.full((2, 16), number, np.int32)) for name, number in (("INPUT0", 5), ("INPUT1", 3))]
    result = client.infer("simple", pair, outputs=[client.output("OUTPUT1"), client.output("OUTPUT0")])
    assert result.as_numpy("OUTPUT0").tolist() == [[8] * 16] * 2
    assert result.as_numpy("OUTPUT1").tolist() == [[2] * 16] * 2
    response = result.get_response()
    outputs = response["outputs"] if client.is_http else response.outputs
    assert [one["name"] if client.is_http else one.name for one in outputs] == ["OUTPUT1", "OUTPUT0"]
    assert client.infer("simple", pair, outputs=[client.output("OUTPUT1")]).as_numpy("OUTPUT0") is None


def test_an_id_comes_back_and_only_if_given(client):
    said = answer(client.infer("identity", ones(client), request_id="r-17"))
    assert (said["id"], said["model_name"], said["model_version"]) == ("r-17", "identity", "1")
    assert not answer(client.infer("identity", ones(client))).get("id")


def test_a_version_may_be_named(client):
    assert answer(client.infer("identity", ones(client), model_version="1"))["model_version"] == "1"


def test_priority_timeout_and_parameters_are_taken(client):
    result = client.infer("identity", ones(client), priority=1, timeout=5_000_000,
                          parameters={"tenant": "blue", "try": 2, "dry": True})
    assert result.as_numpy("y").shape == (1, 4)


def test_classes_with_their_scores(client):
    flower = [client.input("X", np.array([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]], np.float32))]
    result = client.infer("iris", flower, outputs=[client.output("probabilities", class_count=2)])
    best = result.as_numpy("probabilities")
    assert best.shape == (2, 2)
    scores = [value.split(":") for value in text(best)]
    assert [index for _, index, *_ in scores][::2] == ["0", "2"]
    assert float(scores[0][0]) > float(scores[1][0])


def test_classes_as_json(http_client):
    flower = [http_client.input("X", np.array([[5.1, 3.5, 1.4, 0.2]], np.float32), binary=False)]
    result = http_client.infer(
        "iris", flower, outputs=[http_client.output("probabilities", binary=False, class_count=3)])
    assert [value.split(":")[1] for value in text(result.as_numpy("probabilities"))][0] == "0"


def test_large_tensors(client):
    values = np.arange(3_000_000, dtype=np.float32).reshape(3, -1)
    result = client.infer("identity", [client.input("x", values)])
    np.testing.assert_array_equal(result.as_numpy("y"), values)


def test_a_tensor_without_elements(client):
    result = client.infer("identity", [client.input("x", np.zeros((1, 0), np.float32))])
    assert result.as_numpy("y").shape == (1, 0)


def test_requests_that_are_sent_together(server):
    with tritonclient.http.InferenceServerClient(server.http, concurrency=8) as http:
        sent = []
        for number in range(64):
            tensor = tritonclient.http.InferInput("x", [1, 3], "FP32")
            tensor.set_data_from_numpy(np.full((1, 3), number, np.float32))
            sent.append(http.async_infer("identity", [tensor]))
        assert [int(one.get_result().as_numpy("y")[0, 0]) for one in sent] == list(range(64))


def test_requests_with_a_callback(server):
    with tritonclient.grpc.InferenceServerClient(server.grpc) as grpc:
        done = queue.Queue()
        for number in range(64):
            tensor = tritonclient.grpc.InferInput("x", [1, 3], "FP32")
            tensor.set_data_from_numpy(np.full((1, 3), number, np.float32))
            grpc.async_infer("identity", [tensor], lambda result, error: done.put((result, error)))
        answers = [done.get(timeout=30) for _ in range(64)]
        assert [error for _, error in answers] == [None] * 64
        assert sorted(int(result.as_numpy("y")[0, 0]) for result, _ in answers) == list(range(64))


def test_a_body_made_and_read_by_hand(server):
    """What the HTTP client offers to those who send the bytes themselves."""
    tensor = tritonclient.http.InferInput("x", [1, 3], "FP32")
    tensor.set_data_from_numpy(np.full((1, 3), 7, np.float32))
    client = tritonclient.http.InferenceServerClient
    body, length = client.generate_request_body([tensor], request_id="by-hand")
    status, headers, content = server.request(
        "POST", "/v2/models/identity/infer", body, Inference_Header_Content_Length=str(length))
    assert status == 200
    result = client.parse_response_body(content, header_length=int(headers["Inference-Header-Content-Length"]))
    assert result.get_response()["id"] == "by-hand"
    assert result.as_numpy("y").tolist() == [[7, 7, 7]]


def test_an_input_may_be_used_again(client):
    again = ones(client)
    for _ in range(3):
        assert client.infer("identity", again).as_numpy("y").tolist() == [[1] * 4]


def test_the_server_counts_no_tensor_that_is_left(client):
    """An error must come for a wrong request, and the next right one is answered."""
    for _ in range(20):
        with pytest.raises(InferenceServerException):
            client.infer("identity", [client.input("unknown", np.ones((1, 4), np.float32))])
        assert client.infer("identity", ones(client)).as_numpy("y").shape == (1, 4)
