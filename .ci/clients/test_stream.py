"""ModelStreamInfer, with the client of threads and the one of asyncio."""

import asyncio
import queue

import numpy as np
import pytest
import tritonclient.grpc as tg
import tritonclient.grpc.aio as tga
from drivers import InferenceServerException


def tensor(number: float, name: str = "x"):
    given = tg.InferInput(name, [1, 3], "FP32")
    given.set_data_from_numpy(np.full((1, 3), number, np.float32))
    return [given]


def endless():
    x, rounds = tg.InferInput("x", [1, 256], "FP32"), tg.InferInput("iterations", [1], "INT64")
    x.set_data_from_numpy(np.ones((1, 256), np.float32))
    rounds.set_data_from_numpy(np.array([100_000_000], np.int64))
    return [x, rounds]


@pytest.fixture
def stream(server):
    """A client and what its stream brings."""
    client, came = tg.InferenceServerClient(server.grpc), queue.Queue()
    client.start_stream(lambda result, error: came.put((result, error)))
    yield client, came
    client.stop_stream(cancel_requests=True)
    client.close()


def test_answers_come_in_order(stream):
    client, came = stream
    for number in range(50):
        client.async_stream_infer("identity", tensor(number), request_id=str(number))
    for number in range(50):
        result, error = came.get(timeout=10)
        assert error is None
        assert result.get_response().id == str(number)
        assert result.as_numpy("y").tolist() == [[number] * 3]


def test_an_error_does_not_end_the_stream(stream):
    client, came = stream
    client.async_stream_infer("nobody", tensor(1))
    client.async_stream_infer("identity", tensor(1, "unknown"), request_id="wrong")
    client.async_stream_infer("identity", tensor(2))
    result, error = came.get(timeout=10)
    assert result is None and "nobody" in error.message()
    result, error = came.get(timeout=10)
    assert result is None and "unknown" in error.message()
    result, error = came.get(timeout=10)
    assert error is None and result.as_numpy("y").tolist() == [[2, 2, 2]]


def test_the_final_answer_is_marked_where_that_is_asked_for(stream):
    client, came = stream
    client.async_stream_infer("identity", tensor(3), enable_empty_final_response=True)
    result, error = came.get(timeout=10)
    assert error is None and result.as_numpy("y").tolist() == [[3, 3, 3]]
    assert result.get_response().parameters["triton_final_response"].bool_param is True


def test_every_setting_of_a_request_is_taken(stream):
    client, came = stream
    client.async_stream_infer(
        "identity", tensor(4), model_version="1", outputs=[tg.InferRequestedOutput("y")], request_id="all",
        priority=1, timeout=5_000_000, parameters={"tenant": "blue"})
    result, error = came.get(timeout=10)
    assert error is None and result.get_response().id == "all"


def test_closing_waits_for_the_answers(server):
    client, came = tg.InferenceServerClient(server.grpc), queue.Queue()
    client.start_stream(lambda result, error: came.put((result, error)))
    for number in range(20):
        client.async_stream_infer("identity", tensor(number))
    client.stop_stream()
    client.close()
    assert came.qsize() == 20
    assert all(error is None for _, error in came.queue)


def test_a_stream_may_start_again(server):
    with tg.InferenceServerClient(server.grpc) as client:
        for number in range(3):
            came = queue.Queue()
            client.start_stream(lambda result, error, came=came: came.put((result, error)))
            client.async_stream_infer("identity", tensor(number))
            assert came.get(timeout=10)[0].as_numpy("y")[0, 0] == number
            client.stop_stream()


@pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
def test_a_compressed_stream(server, algorithm):
    with tg.InferenceServerClient(server.grpc) as client:
        came = queue.Queue()
        client.start_stream(lambda result, error: came.put((result, error)), compression_algorithm=algorithm)
        client.async_stream_infer("identity", tensor(5))
        result, error = came.get(timeout=10)
        assert error is None and result.as_numpy("y")[0, 0] == 5
        client.stop_stream()


def test_the_streams_timeout(server):
    with tg.InferenceServerClient(server.grpc) as client:
        came = queue.Queue()
        client.start_stream(lambda result, error: came.put((result, error)), stream_timeout=0.5)
        client.async_stream_infer("slow", endless())
        result, error = came.get(timeout=10)
        assert result is None and "StatusCode.DEADLINE_EXCEEDED" in str(error)
        client.stop_stream()


def test_cancelling_ends_what_runs(server):
    with tg.InferenceServerClient(server.grpc) as client:
        came = queue.Queue()
        client.start_stream(lambda result, error: came.put((result, error)))
        client.async_stream_infer("slow", endless())
        client.stop_stream(cancel_requests=True)
        result, error = came.get(timeout=10)
        assert result is None and isinstance(error, InferenceServerException)


def test_real_statuses_where_they_are_asked_for(server):
    with tg.InferenceServerClient(server.grpc) as client:
        came = queue.Queue()
        client.start_stream(
            lambda result, error: came.put((result, error)), headers={"triton_grpc_error": "true"})
        client.async_stream_infer("nobody", tensor(1))
        result, error = came.get(timeout=10)
        assert result is None and error.status() == "StatusCode.NOT_FOUND" and "nobody" in error.message()
        client.stop_stream()


def test_with_asyncio(server):
    async def requests():
        for number in range(30):
            yield {"model_name": "identity", "inputs": tensor(number), "request_id": str(number)}
        yield {"model_name": "nobody", "inputs": tensor(0)}
        yield {"model_name": "identity", "inputs": tensor(99)}

    async def converse():
        came = []
        async with tga.InferenceServerClient(server.grpc) as client:
            async for result, error in client.stream_infer(requests()):
                came.append(error.message() if error else result.as_numpy("y")[0, 0])
        return came

    came = asyncio.run(converse())
    assert came[:30] == list(range(30)) and "nobody" in came[30] and came[31:] == [99]
