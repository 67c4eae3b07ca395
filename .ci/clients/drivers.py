"""Triton's four Python clients behind one face, each with its default settings."""

import asyncio
import inspect

import numpy as np
import tritonclient.grpc
import tritonclient.grpc.aio
import tritonclient.http
import tritonclient.http.aio
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

KINDS = ("http", "http.aio", "grpc", "grpc.aio")


class Driver:
    """Methods are the client's own; those of asyncio clients are run to their end, and what gRPC answers as
    messages comes as what HTTP answers: JSON by the names of the protocol."""

    def __init__(self, kind: str, address: str, **settings):
        self.kind = kind
        self.is_http = kind.startswith("http")
        self.is_aio = kind.endswith("aio")
        self.module = tritonclient.http if self.is_http else tritonclient.grpc
        clients = getattr(self.module, "aio") if self.is_aio else self.module
        self.runner = asyncio.Runner() if self.is_aio else None
        self.client = self.run(self.made(clients.InferenceServerClient, address, settings))

    @staticmethod
    def made(client, address, settings):
        async def inside_loop():
            return client(address, **settings)

        return inside_loop() if client.__module__.endswith("aio") else client(address, **settings)

    def run(self, result):
        return self.runner.run(result) if inspect.isawaitable(result) else result

    def __getattr__(self, method):
        return lambda *arguments, **named: self.run(getattr(self.client, method)(*arguments, **named))

    def json(self, method: str, *arguments, **named):
        if not self.is_http:
            named["as_json"] = True
        return getattr(self, method)(*arguments, **named)

    def input(self, name: str, array: np.ndarray, datatype: str | None = None, binary: bool = True):
        given = self.module.InferInput(name, list(array.shape), datatype or np_to_triton_dtype(array.dtype))
        if self.is_http:
            given.set_data_from_numpy(array, binary_data=binary)
        else:
            given.set_data_from_numpy(array)
        return given

    def output(self, name: str, binary: bool = True, class_count: int = 0):
        if self.is_http:
            return self.module.InferRequestedOutput(name, binary_data=binary, class_count=class_count)
        return self.module.InferRequestedOutput(name, class_count=class_count)

    def close(self):
        self.run(self.client.close())
        if self.runner:
            self.runner.close()


def answer(result):
    """The answer without its tensors, as JSON."""
    response = result.get_response()
    if isinstance(response, dict):
        return response
    return {"model_name": response.model_name, "model_version": response.model_version, "id": response.id}


def text(values: np.ndarray) -> list:
    """Elements of a BYTES tensor as text: they come as bytes from binary tensors, as text from JSON."""
    return [value.decode() if isinstance(value, bytes) else value for value in values.ravel()]


__all__ = ["Driver", "InferenceServerException", "KINDS", "answer", "text"]
