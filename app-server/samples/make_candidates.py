#!/usr/bin/env python3
"""Makes two versions of the sample digits-mlp that a shadow is to judge, and writes them as the server's resources.

- int8.onnx: quantized by ONNX Runtime's tool, calibrated on the rows that the model was trained on.
- broken.onnx: the same file with noise on the weights of one layer, as a failed conversion leaves it.

    python make_candidates.py
"""
from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper as nh
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from sklearn import datasets
from sklearn.model_selection import train_test_split

SEED = 20
SAMPLE = Path(__file__).resolve().parents[1] / "src/main/resources/io/matih/inference/server/demo/samples/digits-mlp"
NOISE = 1.3


class Rows(CalibrationDataReader):
    """The rows in batches, once."""

    def __init__(self, rows: np.ndarray):
        self.batches = iter(np.array_split(rows, 16))

    def get_next(self):
        batch = next(self.batches, None)
        return None if batch is None else {"pixels": batch}


def digits() -> tuple[np.ndarray, np.ndarray]:
    """What make_samples.py trains on, and what it keeps for the test."""
    bunch = datasets.load_digits()
    train, test, _, _ = train_test_split(
        (bunch.data / 16).astype(np.float32), bunch.target, test_size=0.25, random_state=SEED)
    return train, test


def classes(model: Path, rows: np.ndarray) -> np.ndarray:
    return ort.InferenceSession(str(model)).run(["probabilities"], {"pixels": rows})[0].argmax(axis=1)


def main() -> None:
    folder = SAMPLE / "candidates"
    folder.mkdir(exist_ok=True)
    train, test = digits()
    prepared = folder / "prepared.onnx"
    quant_pre_process(str(SAMPLE / "model.onnx"), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared), str(folder / "int8.onnx"), Rows(train), quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QInt8, weight_type=QuantType.QInt8, op_types_to_quantize=["Gemm"], per_channel=True)
    prepared.unlink()

    broken = onnx.load(SAMPLE / "model.onnx")
    layer = next(weight for weight in broken.graph.initializer if weight.name == "w1")
    weights = nh.to_array(layer)
    noise = np.random.default_rng(SEED).normal(0, NOISE * weights.std(), weights.shape)
    layer.CopyFrom(nh.from_array((weights + noise).astype(np.float32), layer.name))
    onnx.save(broken, folder / "broken.onnx")

    expected = classes(SAMPLE / "model.onnx", test)
    for name in ("int8", "broken"):
        file = folder / f"{name}.onnx"
        agreement = (classes(file, test) == expected).mean()
        print(f"{name}: {file.stat().st_size} bytes, agrees on {agreement:.1%} of {len(test)} rows")


if __name__ == "__main__":
    main()
