#!/usr/bin/env python3
"""Trains the sample models that ship with the server and writes them as its resources.

The data sets are those inside scikit-learn: nothing is downloaded. See README.md for what is written.

    python make_samples.py                  # into the server's resources
    python make_samples.py --out somewhere  # elsewhere
"""
from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shutil
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import sklearn
import xgboost
from onnx import TensorProto
from onnx import helper as oh
from onnx import numpy_helper as nh
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as XgbFloatTensorType
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn import datasets
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 20
OPSET, ML_OPSET, IR = 17, 3, 8
RESOURCES = Path(__file__).resolve().parents[1] / "src/main/resources/io/matih/inference/server/demo/samples"
# Converters walk sets of strings, and BLAS sums in an order set by its threads and kernel: fixed, so that files repeat.
STEADY = {
    "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}


@dataclass(frozen=True)
class Split:
    """A data set cut into what a model is trained on and what it is tested on."""

    features: list[str]
    train_x: np.ndarray
    test_x: np.ndarray
    train_y: np.ndarray
    test_y: np.ndarray


@dataclass(frozen=True)
class Sample:
    """A trained model, what to say about it, and the rows it has never seen."""

    name: str
    title: str
    about: str
    data_set: str
    trained_with: str
    model: onnx.ModelProto
    split: Split
    input: str
    input_shape: list[int]
    label_output: str | None
    scores_output: str
    classes: list[str]


# ---------------------------------------------------------------- data


def split(data: np.ndarray, target: np.ndarray, features: list[str]) -> Split:
    """Keeps a quarter of the rows for the test."""
    train_x, test_x, train_y, test_y = train_test_split(
        data.astype(np.float32), target, test_size=0.25, random_state=SEED)
    return Split(features, train_x, test_x, train_y, test_y)


def table(load) -> Split:
    bunch = load()
    return split(bunch.data, bunch.target, [str(name) for name in bunch.feature_names])


def digits() -> Split:
    """8x8 pictures of handwritten digits, 64 pixels from 0 to 1, row by row."""
    bunch = datasets.load_digits()
    return split(bunch.data / 16, bunch.target, [f"p{i:02d}" for i in range(64)])


# ---------------------------------------------------------------- ONNX


def from_sklearn(estimator, width: int) -> onnx.ModelProto:
    return to_onnx(
        estimator,
        initial_types=[("X", FloatTensorType([None, width]))],
        target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
        options={id(estimator): {"zipmap": False}})


def graph(name: str, nodes: list, source: tuple[str, list], classes: int, weights: dict) -> onnx.ModelProto:
    """A network from one float input to the probabilities of its classes."""
    for i, node in enumerate(nodes):
        node.name = f"{node.op_type}_{i}"
    return oh.make_model(
        oh.make_graph(
            nodes,
            name,
            [oh.make_tensor_value_info(source[0], TensorProto.FLOAT, source[1])],
            [oh.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", classes])],
            [nh.from_array(np.array(value, np.float32, order="C"), key) for key, value in weights.items()]),
        opset_imports=[oh.make_opsetid("", OPSET)],
        ir_version=IR)


def mlp_graph(net: MLPClassifier) -> onnx.ModelProto:
    nodes, weights, current = [], {}, "pixels"
    last = len(net.coefs_) - 1
    for i, (w, b) in enumerate(zip(net.coefs_, net.intercepts_)):
        weights |= {f"w{i}": w, f"b{i}": b}
        out = "logits" if i == last else f"h{i}"
        nodes.append(oh.make_node("Gemm", [current, f"w{i}", f"b{i}"], [out]))
        if i < last:
            current = f"r{i}"
            nodes.append(oh.make_node("Relu", [out], [current]))
    nodes.append(oh.make_node("Softmax", ["logits"], ["probabilities"], axis=-1))
    return graph("digits-mlp", nodes, ("pixels", ["batch", 64]), 10, weights)


def cnn_graph(p: dict[str, np.ndarray]) -> onnx.ModelProto:
    c1, c2 = p["w1"].shape[1], p["w2"].shape[1]
    weights = {
        "conv1.w": p["w1"].reshape(1, 3, 3, c1).transpose(3, 0, 1, 2), "conv1.b": p["b1"],
        "conv2.w": p["w2"].reshape(c1, 3, 3, c2).transpose(3, 0, 1, 2), "conv2.b": p["b2"],
        "fc.w": p["w3"], "fc.b": p["b3"]}
    same = dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    half = dict(kernel_shape=[2, 2], strides=[2, 2])
    nodes = [
        oh.make_node("Conv", ["image", "conv1.w", "conv1.b"], ["c1"], **same),
        oh.make_node("Relu", ["c1"], ["r1"]),
        oh.make_node("MaxPool", ["r1"], ["p1"], **half),
        oh.make_node("Conv", ["p1", "conv2.w", "conv2.b"], ["c2"], **same),
        oh.make_node("Relu", ["c2"], ["r2"]),
        oh.make_node("MaxPool", ["r2"], ["p2"], **half),
        oh.make_node("Flatten", ["p2"], ["flat"]),
        oh.make_node("Gemm", ["flat", "fc.w", "fc.b"], ["logits"]),
        oh.make_node("Softmax", ["logits"], ["probabilities"], axis=-1)]
    return graph("digits-cnn", nodes, ("image", ["batch", 1, 8, 8]), 10, weights)


# ---------------------------------------------------------------- the convolutional network, in NumPy


def patches(x: np.ndarray) -> np.ndarray:
    """3x3 patches with 'same' padding: (N, C, H, W) -> (N, H, W, C*9)."""
    n, c, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return view.transpose(0, 2, 3, 1, 4, 5).reshape(n, h, w, c * 9)


def pool(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, H, W, C) -> the maximum over 2x2, and the mask that routes its gradient."""
    n, h, w, c = z.shape
    blocks = z.reshape(n, h // 2, 2, w // 2, 2, c)
    top = blocks.max(axis=(2, 4))
    return top, blocks == top[:, :, None, :, None]


def unpool(gradient: np.ndarray, mask: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Back through the maximum and the Relu before it."""
    return (gradient[:, :, None, :, None] * mask).reshape(z.shape) * (z > 0)


def train_cnn(x: np.ndarray, y: np.ndarray, c1: int = 8, c2: int = 16, epochs: int = 18) -> dict[str, np.ndarray]:
    """conv-relu-pool-conv-relu-pool-fc with softmax cross-entropy, trained by Adam in batches of 64."""
    rng = np.random.default_rng(SEED)

    def he(*shape):
        return (rng.standard_normal(shape) * np.sqrt(2 / shape[0])).astype(np.float32)

    def zeros(n):
        return np.zeros(n, np.float32)

    p = {"w1": he(9, c1), "b1": zeros(c1), "w2": he(9 * c1, c2), "b2": zeros(c2), "w3": he(4 * c2, 10), "b3": zeros(10)}
    mean = {k: np.zeros_like(a) for k, a in p.items()}
    square = {k: np.zeros_like(a) for k, a in p.items()}

    def gradients(x, y):
        a1 = patches(x.reshape(-1, 1, 8, 8))
        z1 = np.maximum(a1 @ p["w1"] + p["b1"], 0)
        q1, mask1 = pool(z1)
        a2 = patches(q1.transpose(0, 3, 1, 2))
        z2 = np.maximum(a2 @ p["w2"] + p["b2"], 0)
        q2, mask2 = pool(z2)
        flat = q2.transpose(0, 3, 1, 2).reshape(len(x), -1)  # channel-major, as ONNX flattens
        logits = flat @ p["w3"] + p["b3"]
        e = np.exp(logits - logits.max(1, keepdims=True))
        d = e / e.sum(1, keepdims=True)
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        g = {"w3": flat.T @ d, "b3": d.sum(0)}
        d2 = unpool((d @ p["w3"].T).reshape(-1, c2, 2, 2).transpose(0, 2, 3, 1), mask2, z2)
        g |= {"w2": np.tensordot(a2, d2, ((0, 1, 2), (0, 1, 2))), "b2": d2.sum((0, 1, 2))}
        da = (d2 @ p["w2"].T).reshape(*d2.shape[:3], c1, 3, 3)
        padded = np.zeros((len(x), c1, 6, 6), np.float32)
        for row in range(3):
            for column in range(3):
                padded[:, :, row:row + 4, column:column + 4] += da[..., row, column].transpose(0, 3, 1, 2)
        d1 = unpool(padded[:, :, 1:5, 1:5].transpose(0, 2, 3, 1), mask1, z1)
        return g | {"w1": np.tensordot(a1, d1, ((0, 1, 2), (0, 1, 2))), "b1": d1.sum((0, 1, 2))}

    step = 0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), 64):
            rows = order[start:start + 64]
            step += 1
            for k, g in gradients(x[rows], y[rows]).items():
                mean[k] = 0.9 * mean[k] + 0.1 * g
                square[k] = 0.999 * square[k] + 0.001 * g ** 2
                m, v = mean[k] / (1 - 0.9 ** step), square[k] / (1 - 0.999 ** step)
                p[k] = (p[k] - 0.004 * m / (np.sqrt(v) + 1e-8)).astype(np.float32)
    return p


# ---------------------------------------------------------------- the samples, in the order of the demo


def iris() -> Sample:
    s = table(datasets.load_iris)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(s.train_x, s.train_y)
    return Sample(
        name="iris",
        title="Iris flowers",
        about="Tells three species of iris apart by the size of their sepals and petals.",
        data_set="Iris (R. A. Fisher, 1936)",
        trained_with=f"scikit-learn {sklearn.__version__}: StandardScaler and LogisticRegression",
        model=from_sklearn(model, 4),
        split=s,
        input="X",
        input_shape=[-1, 4],
        label_output="label",
        scores_output="probabilities",
        classes=["setosa", "versicolor", "virginica"])


def breast_cancer() -> Sample:
    s = table(datasets.load_breast_cancer)
    model = RandomForestClassifier(40, max_depth=6, random_state=SEED, n_jobs=1).fit(s.train_x, s.train_y)
    return Sample(
        name="breast-cancer",
        title="Breast cancer",
        about="Tells malignant from benign tumours by 30 measurements of their cell nuclei.",
        data_set="Breast Cancer Wisconsin (Diagnostic) (W. Wolberg, O. Mangasarian, N. Street, W. Street, 1995)",
        trained_with=f"scikit-learn {sklearn.__version__}: RandomForestClassifier, 40 trees",
        model=from_sklearn(model, 30),
        split=s,
        input="X",
        input_shape=[-1, 30],
        label_output="label",
        scores_output="probabilities",
        classes=["malignant", "benign"])


def digits_mlp() -> Sample:
    s = digits()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 80 epochs are meant: convergence is not waited for
        net = MLPClassifier((64, 32), random_state=SEED, max_iter=80).fit(s.train_x, s.train_y)
    return Sample(
        name="digits-mlp",
        title="Handwritten digits, perceptron",
        about="Reads a handwritten digit from 8x8 grey pixels with a 64-64-32-10 perceptron.",
        data_set="Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, 1998)",
        trained_with=f"scikit-learn {sklearn.__version__}: MLPClassifier",
        model=mlp_graph(net),
        split=s,
        input="pixels",
        input_shape=[-1, 64],
        label_output=None,
        scores_output="probabilities",
        classes=[str(digit) for digit in range(10)])


def digits_cnn() -> Sample:
    s = digits()
    return Sample(
        name="digits-cnn",
        title="Handwritten digits, convolutional network",
        about="Reads a handwritten digit from an 8x8 grey picture with two convolutions.",
        data_set="Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, 1998)",
        trained_with=f"NumPy {np.__version__}",
        model=cnn_graph(train_cnn(s.train_x, s.train_y)),
        split=s,
        input="image",
        input_shape=[-1, 1, 8, 8],
        label_output=None,
        scores_output="probabilities",
        classes=[str(digit) for digit in range(10)])


def wine_xgboost() -> Sample:
    s = table(datasets.load_wine)
    model = xgboost.XGBClassifier(n_estimators=20, max_depth=3, random_state=SEED, n_jobs=1)
    model.fit(s.train_x, s.train_y)
    return Sample(
        name="wine-xgboost",
        title="Wines",
        about="Tells three Italian wines apart by their chemical analysis.",
        data_set="Wine (S. Aeberhard, M. Forina, 1992)",
        trained_with=f"XGBoost {xgboost.__version__}: XGBClassifier, 20 rounds",
        model=convert_xgboost(model, initial_types=[("X", XgbFloatTensorType([None, 13]))], target_opset=15),
        split=s,
        input="X",
        input_shape=[-1, 13],
        label_output="label",
        scores_output="probabilities",
        classes=["Barolo", "Grignolino", "Barbera"])


SAMPLES = [iris, breast_cancer, digits_mlp, digits_cnn, wine_xgboost]


# ---------------------------------------------------------------- writing


def write_model(sample: Sample, path: Path) -> None:
    model = sample.model
    model.ir_version = IR
    model.producer_name = "matih-samples"
    model.graph.name = sample.name  # converters put a random one
    del model.metadata_props[:]
    model.metadata_props.add(key="description", value=sample.about)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def write_test_set(s: Split, path: Path) -> None:
    """Writes each number with the fewest digits that read back as the same float32."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*s.features, "label"])
        for row, label in zip(s.test_x, s.test_y):
            out.writerow([*(np.format_float_positional(value, trim="-") for value in row), int(label)])


def read_test_set(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return np.array([row[:-1] for row in rows], np.float64).astype(np.float32), np.array([int(row[-1]) for row in rows])


def accuracy(sample: Sample, model: Path, test_set: Path) -> float:
    """The share of the test set that the written model labels as the written file does."""
    x, y = read_test_set(test_set)
    assert np.array_equal(x, sample.split.test_x) and np.array_equal(y, sample.split.test_y), "test set reads back"
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    scores = session.run([sample.scores_output], {sample.input: x.reshape(sample.input_shape)})[0]
    best = np.sort(scores, axis=1)
    assert (best[:, -1] - best[:, -2]).min() > 1e-4, "no answer may hang on the last bits of a score"
    answers = scores.argmax(1)
    if sample.label_output is not None:
        labels = session.run([sample.label_output], {sample.input: x.reshape(sample.input_shape)})[0]
        assert np.array_equal(labels, answers), "the label is the class with the best score"
    return round(float((answers == y).mean()), 6)


def write(sample: Sample, root: Path) -> dict:
    folder = root / sample.name
    folder.mkdir(parents=True)
    model, test_set = folder / "model.onnx", folder / "test.csv"
    write_model(sample, model)
    write_test_set(sample.split, test_set)
    content = model.read_bytes()
    card = {
        "name": sample.name,
        "title": sample.title,
        "about": sample.about,
        "data_set": sample.data_set,
        "trained_with": sample.trained_with,
        "rows": len(sample.split.test_y),
        "features": sample.split.features,
        "input": sample.input,
        "input_shape": sample.input_shape,
        "datatype": "FP32",
        "label_output": sample.label_output,
        "scores_output": sample.scores_output,
        "classes": sample.classes,
        "accuracy": accuracy(sample, model, test_set),
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content)}
    write_json(folder / "sample.json", card)
    return card


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def main() -> int:
    if any(os.environ.get(key) != value for key, value in STEADY.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | STEADY)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RESOURCES, help="the folder to write; earlier samples there go")
    root = parser.parse_args().out
    if (root / "index.json").exists():
        shutil.rmtree(root)
    line = "{:<14} {:>5} {:>9} {:>12} {:>12}"
    print(line.format("sample", "rows", "accuracy", "model bytes", "test bytes"))
    names = []
    for make in SAMPLES:
        card = write(make(), root)
        names.append(card["name"])
        test_bytes = (root / card["name"] / "test.csv").stat().st_size
        print(line.format(
            card["name"], card["rows"], f"{card['accuracy']:.6f}", f"{card['bytes']:,}", f"{test_bytes:,}"))
    write_json(root / "index.json", names)
    total = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    print(f"{len(names)} samples, {total:,} bytes in {root}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
