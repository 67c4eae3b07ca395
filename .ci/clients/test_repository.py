"""The model repository extension: index, load with configuration and files, unload."""

import json

import numpy as np
import pytest
from drivers import InferenceServerException
from models import add_sub

CONFIG = {"backend": "onnxruntime", "max_batch_size": 4,
          "input": [{"name": name, "data_type": "TYPE_INT32", "dims": [16]} for name in ("INPUT0", "INPUT1")],
          "output": [{"name": name, "data_type": "TYPE_INT32", "dims": [16]} for name in ("OUTPUT0", "OUTPUT1")]}


def index(client) -> dict:
    rows = client.json("get_model_repository_index")
    rows = rows if client.is_http else rows.get("models", [])
    return {(row["name"], row.get("version", "")): row for row in rows}


def total(client, name: str, **named) -> int:
    pair = [client.input(one, np.ones((1, 16), np.int32)) for one in ("INPUT0", "INPUT1")]
    return int(client.infer(name, pair, **named).as_numpy("OUTPUT0")[0, 0])


def own_name(client, what: str) -> str:
    return f"{what}-{client.kind.replace('.', '-')}"


def refusal(client, method: str, *arguments, **named) -> str:
    with pytest.raises(InferenceServerException) as caught:
        getattr(client, method)(*arguments, **named)
    return caught.value.message()


def test_the_index_lists_what_is_ready(client):
    assert index(client)["digits-mlp", "1"]["state"] == "READY"


def test_a_model_is_loaded_from_the_request_and_unloaded(client):
    name = own_name(client, "from-request")
    client.load_model(name, config=json.dumps(CONFIG), files={"file:1/model.onnx": add_sub()})
    assert client.is_model_ready(name)
    assert total(client, name) == 2
    config = client.json("get_model_config", name)
    assert (config if client.is_http else config["config"])["max_batch_size"] == 4

    client.unload_model(name)
    assert not client.is_model_ready(name)
    assert index(client)[name, "1"]["state"] == "UNAVAILABLE"
    assert name in refusal(client, "infer", name, [client.input("INPUT0", np.ones((1, 16), np.int32))])

    client.load_model(name)
    assert total(client, name) == 2
    client.unload_model(name, unload_dependents=True)


def test_a_configuration_takes_the_place_of_the_last(client):
    name = own_name(client, "reconfigured")
    client.load_model(name, config=json.dumps(CONFIG), files={"file:1/model.onnx": add_sub()})
    client.load_model(name, config=json.dumps(CONFIG | {"max_batch_size": 16}))
    config = client.json("get_model_config", name)
    assert (config if client.is_http else config["config"])["max_batch_size"] == 16
    assert total(client, name) == 2
    client.unload_model(name)


def test_files_of_another_model_take_the_place_of_the_last(client):
    name = own_name(client, "refilled")
    client.load_model(name, config=json.dumps(CONFIG), files={"file:1/model.onnx": add_sub()})
    client.load_model(name, config=json.dumps(CONFIG), files={"file:2/model.onnx": add_sub(10)})
    assert total(client, name) == 20
    client.unload_model(name)


def test_of_two_versions_the_policy_chooses(client):
    files = {"file:1/model.onnx": add_sub(), "file:2/model.onnx": add_sub(10)}
    latest, first = own_name(client, "latest"), own_name(client, "first")
    client.load_model(latest, config=json.dumps(CONFIG), files=files)
    assert total(client, latest) == total(client, latest, model_version="2") == 20
    client.load_model(
        first, config=json.dumps(CONFIG | {"version_policy": {"specific": {"versions": [1]}}}), files=files)
    assert total(client, first) == total(client, first, model_version="1") == 2
    client.unload_model(latest)
    client.unload_model(first)

    both = json.dumps(CONFIG | {"version_policy": {"specific": {"versions": [1, 2]}}})
    assert "version_policy" in refusal(client, "load_model", latest, config=both, files=files)


def test_what_cannot_be_loaded_is_refused_in_words(client):
    assert "nobody" in refusal(client, "load_model", "nobody")
    assert "config" in refusal(client, "load_model", "x", files={"file:1/model.onnx": add_sub()})
    assert refusal(client, "load_model", "x", config="{", files={"file:1/model.onnx": add_sub()})
    assert refusal(client, "load_model", "x", config=json.dumps(CONFIG), files={"file:1/model.onnx": b"no model"})
    assert refusal(client, "load_model", "x", config=json.dumps(CONFIG), files={"file:../model.onnx": add_sub()})
    assert refusal(client, "load_model", "digits-mlp", config=json.dumps({"no_such_field": 1}))
    assert refusal(client, "unload_model", "nobody")
    assert client.is_model_ready("digits-mlp")
