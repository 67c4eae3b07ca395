"""What goes wrong is an InferenceServerException that says what and where."""

import queue
import threading

import numpy as np
import pytest
import tritonclient.grpc
from conftest import address
from drivers import Driver, InferenceServerException

ENDLESS = 100_000_000


def refused(client, model: str, *inputs, **named) -> InferenceServerException:
    with pytest.raises(InferenceServerException) as caught:
        client.infer(model, list(inputs), **named)
    assert caught.value.message(), "an error without words"
    return caught.value


def ones(client, name: str = "x", shape=(1, 4), kind=np.float32):
    return client.input(name, np.ones(shape, kind))


def is_bad_request(error) -> bool:
    return error.status() in ("400", "StatusCode.INVALID_ARGUMENT")


def is_not_found(error) -> bool:
    return error.status() in ("404", "StatusCode.NOT_FOUND")


def test_an_unknown_model(client):
    error = refused(client, "nobody", ones(client))
    assert is_not_found(error) and "nobody" in error.message()


@pytest.mark.parametrize("version", ["7", "latest", "-1", "99999999999999999999"])
def test_an_unknown_version(client, version):
    error = refused(client, "identity", ones(client), model_version=version)
    assert is_not_found(error) or is_bad_request(error)


def test_an_unknown_input_is_named(client):
    error = refused(client, "identity", ones(client, "z"))
    assert is_bad_request(error) and "z" in error.message()


def test_a_missing_input_is_named(client):
    error = refused(client, "simple", ones(client, "INPUT0", (1, 16), np.int32))
    assert is_bad_request(error) and "INPUT1" in error.message()


def test_an_input_that_comes_twice(client):
    assert is_bad_request(refused(client, "identity", ones(client), ones(client)))


def test_a_wrong_datatype_is_named(client):
    error = refused(client, "identity", ones(client, kind=np.int64))
    assert is_bad_request(error) and "INT64" in error.message()


def test_a_wrong_shape_is_named(client):
    error = refused(client, "simple", *(ones(client, name, (1, 15), np.int32) for name in ("INPUT0", "INPUT1")))
    assert is_bad_request(error) and "15" in error.message()


def test_an_unknown_output_is_named(client):
    error = refused(client, "identity", ones(client), outputs=[client.output("w")])
    assert is_bad_request(error) and "w" in error.message()


def test_an_output_that_is_asked_for_twice(client):
    assert is_bad_request(refused(client, "identity", ones(client), outputs=[client.output("y"), client.output("y")]))


def test_too_many_classes(client):
    flower = client.input("X", np.ones((1, 4), np.float32))
    error = refused(client, "iris", flower, outputs=[client.output("probabilities", class_count=2_000_000_000)])
    assert is_bad_request(error)


def test_shared_memory_is_not_offered(client):
    tensor = client.module.InferInput("x", [1, 4], "FP32")
    tensor.set_shared_memory("region", 16)
    error = refused(client, "identity", tensor)
    assert error.status() in ("400", "501", "StatusCode.INVALID_ARGUMENT", "StatusCode.UNIMPLEMENTED")


def test_a_body_over_the_limit(client):
    error = refused(client, "identity", client.input("x", np.zeros((1, 20_000_000), np.float32)))
    assert error.status() in ("413", "StatusCode.RESOURCE_EXHAUSTED")


def slow(client, rounds: int = ENDLESS):
    return [client.input("x", np.ones((1, 256), np.float32)), client.input("iterations", np.array([rounds], np.int64))]


def test_the_servers_timeout(client):
    error = refused(client, "slow", *slow(client), timeout=200_000)
    assert error.status() in ("504", "StatusCode.DEADLINE_EXCEEDED")


def test_the_clients_timeout_over_grpc(grpc_client):
    error = refused(grpc_client, "slow", *slow(grpc_client), client_timeout=0.3)
    assert error.status() == "StatusCode.DEADLINE_EXCEEDED"
    assert grpc_client.infer("slow", slow(grpc_client, 1), client_timeout=30).as_numpy("y").shape == (1, 256)


def test_the_clients_timeout_over_http(server):
    hasty = Driver("http", server.http, network_timeout=0.3)
    with pytest.raises(Exception, match="timed out|timeout"):
        hasty.infer("slow", slow(hasty))
    hasty.close()
    patient = Driver("http", server.http)
    assert patient.infer("slow", slow(patient, 1)).as_numpy("y").shape == (1, 256)
    patient.close()


def test_a_call_that_is_cancelled_stops_the_run(server):
    with tritonclient.grpc.InferenceServerClient(server.grpc) as grpc:
        driver = Driver("grpc", server.grpc)
        done = queue.Queue()
        call = grpc.async_infer("slow", slow(driver), lambda result, error: done.put((result, error)))
        call.cancel()
        result, error = done.get(timeout=10)
        assert result is None and isinstance(error, InferenceServerException)
        assert "cancel" in error.message().lower() or "CANCELLED" in str(error.status())
        assert driver.infer("slow", slow(driver, 1), client_timeout=30).as_numpy("y").shape == (1, 256)
        driver.close()


def test_many_threads_with_right_and_wrong_requests(server):
    wrong, answered = [], []

    def work(kind: str, number: int):
        driver = Driver(kind, address(server, kind))
        for turn in range(20):
            try:
                shape = (1, 16) if turn % 2 else (1, 15)
                pair = [driver.input(name, np.full(shape, number, np.int32)) for name in ("INPUT0", "INPUT1")]
                answered.append(driver.infer("simple", pair).as_numpy("OUTPUT0")[0, 0] == 2 * number)
            except InferenceServerException as error:
                wrong.append(is_bad_request(error))
        driver.close()

    threads = [threading.Thread(target=work, args=(("http", "grpc")[n % 2], n)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answered == [True] * 80 and wrong == [True] * 80
