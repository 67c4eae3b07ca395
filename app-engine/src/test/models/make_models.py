#!/usr/bin/env python3
"""Builds the models that the tests load, run and break.

Everything is made here from scikit-learn's bundled data sets and seeded synthetic data: nothing is downloaded.
See README.md for the layout.

    python make_models.py                  # into the test resources
    python make_models.py --out somewhere  # elsewhere
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pandas as pd
import xgboost
from onnx import TensorProto as T
from onnx import helper as oh
from onnx import numpy_helper as nh
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as XgbFloatTensorType
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn import datasets
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SEED = 20
OPSET, ML_OPSET, IR = 17, 3, 8
RESOURCES = Path(__file__).resolve().parents[1] / "resources/models"
# Converters walk sets of strings, and BLAS sums in an order set by its threads and kernel: fixed, so that files repeat.
STEADY = {
    "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell"}
N = oh.make_node

# ---------------------------------------------------------------- protocol

V2 = {"float32": "FP32", "float64": "FP64", "float16": "FP16", "int64": "INT64", "int32": "INT32",
      "int8": "INT8", "uint8": "UINT8", "bool": "BOOL", "object": "BYTES"}


def number(x) -> float | str:
    """Seven digits; a string for what JSON has no number for."""
    if np.isfinite(x):
        return float(f"{x:.7g}")
    return "NaN" if np.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def v2_tensor(name: str, a: np.ndarray) -> dict:
    """One tensor as the Open Inference Protocol writes it in JSON (row-major, flat)."""
    if a.dtype.kind == "f":
        data = [number(x) for x in a.astype(np.float64).ravel()]
    elif a.dtype.kind == "O":
        data = [str(x) for x in a.ravel()]
    else:
        data = a.ravel().tolist()
    return {"name": name, "shape": list(a.shape), "datatype": V2[str(a.dtype)], "data": data}


def v2_inputs(feed: dict) -> list[dict]:
    return [v2_tensor(name, value) for name, value in feed.items()]


def v2_outputs(names: list[str], values: list) -> list[dict]:
    """A sequence of maps (ZipMap) has no tensor form and stands as `sequence`."""
    return [
        v2_tensor(name, value) if isinstance(value, np.ndarray)
        else {"name": name, "sequence": [{str(k): number(p) for k, p in row.items()} for row in value]}
        for name, value in zip(names, values)]


def write_json(path: Path, value, **layout) -> None:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, **layout)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


class Zoo:
    """Writes model folders and keeps the index."""

    def __init__(self, root: Path):
        self.root, self.index = root, []

    def session(self, name: str, options: ort.SessionOptions | None = None) -> ort.InferenceSession:
        path = self.root / name / "model.onnx"
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def add(self, name: str, model: onnx.ModelProto, cases: dict[str, dict], *, about: str, tags: list[str],
            failing: dict[str, dict] | None = None, rtol: float = 1e-4, atol: float = 1e-5,
            metrics: dict | None = None, options: ort.SessionOptions | None = None) -> None:
        """Writes a model, what it answers to `cases`, and the inputs it fails for at run time."""
        folder = self.root / name
        folder.mkdir(parents=True)
        model.ir_version = IR
        model.producer_name = "model-zoo"
        model.graph.name = name  # converters put a random one
        del model.metadata_props[:]
        model.metadata_props.add(key="description", value=about)
        onnx.checker.check_model(model)
        path = folder / "model.onnx"
        onnx.save(model, path)
        session = self.session(name, options)
        outputs = [o.name for o in session.get_outputs()]
        samples = {"model": name, "rtol": rtol, "atol": atol, "cases": [
            {"case": case, "inputs": v2_inputs(feed), "outputs": v2_outputs(outputs, session.run(None, feed))}
            for case, feed in cases.items()]}
        for case, feed in (failing or {}).items():
            assert fails(session, feed), f"{name} must fail for {case}"
            samples.setdefault("failing_cases", []).append({"case": case, "inputs": v2_inputs(feed)})
        write_json(folder / "samples.json", samples, separators=(",", ":"))

        def io(x):
            shape = [d if isinstance(d, int) else (d or "?") for d in x.shape]
            return {"name": x.name, "type": x.type, "shape": shape}

        content = path.read_bytes()
        self.index.append({
            "name": name, "about": about, "tags": tags, "file": f"{name}/model.onnx", "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(), "ir": model.ir_version,
            "opsets": {o.domain or "ai.onnx": o.version for o in model.opset_import},
            "inputs": [io(i) for i in session.get_inputs()], "outputs": [io(o) for o in session.get_outputs()],
            "cases": len(cases), "failing_cases": len(failing or {}), "metrics": metrics or {}})
        print(f"  {name:20s} {len(content):>7,d}  {about}")


def fails(session: ort.InferenceSession, feed: dict) -> bool:
    try:
        session.run(None, feed)
    except Exception:  # ONNX Runtime's Python errors share no other base
        return True
    return False


# ---------------------------------------------------------------- graphs


def vi(name, typ, shape):
    return oh.make_tensor_value_info(name, typ, shape)


def const(name, value):
    return nh.from_array(np.array(value, order="C"), name)  # ascontiguousarray would turn a scalar into a vector


def graph(name, nodes, ins, outs, inits=(), *, ml=False):
    imports = [oh.make_opsetid("", OPSET)]
    if ml:
        imports.append(oh.make_opsetid("ai.onnx.ml", ML_OPSET))
    for i, node in enumerate(nodes):
        node.name = node.name or f"{node.op_type}_{i}"
    return oh.make_model(oh.make_graph(list(nodes), name, list(ins), list(outs), list(inits)),
                         opset_imports=imports, ir_version=IR)


def from_sklearn(est, types, **options):
    return to_onnx(est, initial_types=types, target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
                   options={id(est): options} if options else None)


def few(x, key="X"):
    """Cases of one row, of a few rows and of a larger batch."""
    return {"one": {key: x[:1]}, "few": {key: x[1:4]}, "batch": {key: x[:16]}}


# ---------------------------------------------------------------- tabular models


def split(data, target):
    return train_test_split(data.astype(np.float32), target, test_size=.25, random_state=SEED)


def table(load):
    bunch = load()
    return split(bunch.data, bunch.target)


def floats(n):
    return [("X", FloatTensorType([None, n]))]


def test_accuracy(model, x, y):
    return {"test_accuracy": round(float(model.score(x, y)), 4)}


def tabular(zoo: Zoo):
    xa, xb, ya, yb = table(datasets.load_iris)
    iris = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(xa, ya)
    zoo.add("iris", from_sklearn(iris, floats(4), zipmap=False), few(xb), metrics=test_accuracy(iris, xb, yb),
            about="scaler + logistic regression, label and probabilities",
            tags=["sklearn", "classifier", "dynamic-batch"])
    zoo.add("iris_zipmap", from_sklearn(iris, floats(4)), few(xb), metrics=test_accuracy(iris, xb, yb),
            about="same, probabilities as a sequence of maps", tags=["sklearn", "zipmap", "non-tensor-output"])

    xa, xb, ya, yb = table(datasets.load_digits)
    pca = make_pipeline(StandardScaler(), PCA(24, random_state=SEED), LogisticRegression(max_iter=2000)).fit(xa, ya)
    zoo.add("digits_pca", from_sklearn(pca, floats(64), zipmap=False), few(xb), metrics=test_accuracy(pca, xb, yb),
            about="scaler + PCA + logistic regression on 8x8 digits", tags=["sklearn", "classifier"])

    xa, xb, ya, yb = table(datasets.load_breast_cancer)
    forest = RandomForestClassifier(40, max_depth=6, random_state=SEED, n_jobs=1).fit(xa, ya)
    zoo.add("breast_cancer_rf", from_sklearn(forest, floats(30), zipmap=False), few(xb),
            metrics=test_accuracy(forest, xb, yb),
            about="random forest, 40 trees", tags=["sklearn", "trees", "classifier"])
    boosted = xgboost.XGBClassifier(n_estimators=40, max_depth=4, learning_rate=.2, random_state=SEED, n_jobs=1)
    boosted.fit(xa, ya)
    zoo.add("breast_cancer_xgb", from_xgboost(boosted, 30), few(xb), metrics=test_accuracy(boosted, xb, yb),
            about="gradient boosted trees, binary", tags=["xgboost", "trees", "classifier"])

    xa, xb, ya, yb = table(datasets.load_wine)
    boosted = xgboost.XGBClassifier(n_estimators=20, max_depth=3, random_state=SEED, n_jobs=1).fit(xa, ya)
    zoo.add("wine_xgb", from_xgboost(boosted, 13), few(xb), metrics=test_accuracy(boosted, xb, yb),
            about="gradient boosted trees, three classes", tags=["xgboost", "trees", "classifier"])

    xa, xb, ya, yb = table(datasets.load_diabetes)
    regressor = GradientBoostingRegressor(n_estimators=60, max_depth=3, random_state=SEED).fit(xa, ya)
    zoo.add("diabetes_gbr", from_sklearn(regressor, floats(10)), few(xb), rtol=1e-3,
            metrics={"test_r2": round(float(regressor.score(xb, yb)), 4)},
            about="gradient boosted regression", tags=["sklearn", "trees", "regressor"])

    passengers(zoo)
    sentiment(zoo)


def from_xgboost(model, width):
    return convert_xgboost(model, initial_types=[("X", XgbFloatTensorType([None, width]))], target_opset=15)


def passengers(zoo: Zoo):
    rng, n = np.random.default_rng(SEED), 400
    frame = pd.DataFrame({"age": rng.uniform(1, 80, n).round(1), "fare": rng.gamma(2., 18., n).round(2),
                          "sex": rng.choice(["female", "male"], n), "port": rng.choice(["C", "Q", "S"], n),
                          "pclass": rng.integers(1, 4, n)})
    score = 1.5 * (frame.sex == "female") - .03 * frame.age + .012 * frame.fare - .5 * frame.pclass + 1.2
    y = (score + rng.normal(0, .6, n) > 0).astype(int).to_numpy()
    columns = ColumnTransformer([("num", StandardScaler(), ["age", "fare"]),
                                 ("cat", OneHotEncoder(handle_unknown="ignore"), ["sex", "port"]),
                                 ("cls", OneHotEncoder(handle_unknown="ignore"), ["pclass"])])
    mixed = Pipeline([("cols", columns), ("lr", LogisticRegression(max_iter=500))]).fit(frame, y)
    kinds = {"age": (FloatTensorType, np.float32), "fare": (FloatTensorType, np.float32),
             "sex": (StringTensorType, object), "port": (StringTensorType, object),
             "pclass": (Int64TensorType, np.int64)}
    model = from_sklearn(mixed, [(name, kind([None, 1])) for name, (kind, _) in kinds.items()], zipmap=False)

    def feed(rows):
        return {name: rows[[name]].to_numpy(dtype) for name, (_, dtype) in kinds.items()}

    zoo.add("passengers", model, {"one": feed(frame[:1]), "few": feed(frame[1:5]),
                                  "unseen_category": feed(frame[:1].assign(port="ZZ"))},
            metrics={"train_accuracy": round(float(mixed.score(frame, y)), 4)},
            about="five named columns: float, string and int64 together",
            tags=["sklearn", "string-input", "int64-input", "multi-input"])


def sentiment(zoo: Zoo):
    texts, labels = sentences(300)
    # lowercase=True would add a StringNormalizer, which fails to load where the en_US locale is not installed
    words = TfidfVectorizer(token_pattern=r"[a-zA-Z]+", lowercase=False)
    text = make_pipeline(words, LogisticRegression(max_iter=500)).fit(texts, labels)
    model = from_sklearn(text, [("text", StringTensorType([None, 1]))], zipmap=False)
    s = np.array(texts, object).reshape(-1, 1)
    zoo.add("sentiment", model, {"one": {"text": s[:1]}, "few": {"text": s[1:5]},
                                 "empty_and_unicode": {"text": np.array([[""], ["très bon, 很好"]], object)}},
            metrics={"train_accuracy": round(float(text.score(texts, labels)), 4)},
            about="TF-IDF + logistic regression on raw strings", tags=["sklearn", "string-input", "text"])


def sentences(n: int):
    rng = np.random.default_rng(SEED)
    good, bad = ["great", "quick", "friendly", "clean", "excellent"], ["slow", "broken", "rude", "dirty", "awful"]
    thing = ["service", "screen", "delivery", "room", "battery", "manual"]
    out, y = [], rng.integers(0, 2, n)
    for k in y:
        a, b = rng.choice(good if k else bad, 2)
        out.append(f"the {rng.choice(thing)} was {a} and the {rng.choice(thing)} {b}")
    return out, y


# ---------------------------------------------------------------- neural models on digits


def digits():
    bunch = datasets.load_digits()
    return split(bunch.data / 16, bunch.target)


def mlp_graph(net):
    nodes, inits, cur = [], [], "pixels"
    last = len(net.coefs_) - 1
    for i, (w, b) in enumerate(zip(net.coefs_, net.intercepts_)):
        inits += [const(f"w{i}", w.astype(np.float32)), const(f"b{i}", b.astype(np.float32))]
        out = "logits" if i == last else f"h{i}"
        nodes.append(N("Gemm", [cur, f"w{i}", f"b{i}"], [out]))
        if i < last:
            cur = f"r{i}"
            nodes.append(N("Relu", [out], [cur]))
    nodes.append(N("Softmax", ["logits"], ["probabilities"], axis=-1))
    return graph("digits_mlp", nodes, [vi("pixels", T.FLOAT, ["batch", 64])],
                 [vi("probabilities", T.FLOAT, ["batch", 10])], inits)


def cnn_graph(p):
    c1, c2 = p["w1"].shape[1], p["w2"].shape[1]
    inits = [const("conv1.w", p["w1"].reshape(1, 3, 3, c1).transpose(3, 0, 1, 2)), const("conv1.b", p["b1"]),
             const("conv2.w", p["w2"].reshape(c1, 3, 3, c2).transpose(3, 0, 1, 2)), const("conv2.b", p["b2"]),
             const("fc.w", p["w3"]), const("fc.b", p["b3"])]
    same = dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    half = dict(kernel_shape=[2, 2], strides=[2, 2])
    nodes = [N("Conv", ["image", "conv1.w", "conv1.b"], ["c1"], **same), N("Relu", ["c1"], ["r1"]),
             N("MaxPool", ["r1"], ["p1"], **half), N("Conv", ["p1", "conv2.w", "conv2.b"], ["c2"], **same),
             N("Relu", ["c2"], ["r2"]), N("MaxPool", ["r2"], ["p2"], **half), N("Flatten", ["p2"], ["flat"]),
             N("Gemm", ["flat", "fc.w", "fc.b"], ["logits"]), N("Softmax", ["logits"], ["probabilities"], axis=-1)]
    return graph("digits_cnn", nodes, [vi("image", T.FLOAT, ["batch", 1, 8, 8])],
                 [vi("probabilities", T.FLOAT, ["batch", 10])], inits)


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


def neural(zoo: Zoo):
    xa, xb, ya, yb = digits()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 80 epochs are meant: convergence is not waited for
        net = MLPClassifier((64, 32), random_state=SEED, max_iter=80).fit(xa, ya)
    zoo.add("digits_mlp", mlp_graph(net), few(xb, "pixels"), metrics=test_accuracy(net, xb, yb),
            about="64-64-32-10 perceptron", tags=["neural", "gemm", "dynamic-batch"])
    image = xb.reshape(-1, 1, 8, 8)
    cnn = cnn_graph(train_cnn(xa, ya))
    session = ort.InferenceSession(cnn.SerializeToString(), providers=["CPUExecutionProvider"])
    accuracy = round(float((session.run(None, {"image": image})[0].argmax(1) == yb).mean()), 4)
    zoo.add("digits_cnn", cnn, few(image, "image"), metrics={"test_accuracy": accuracy},
            about="two convolutions and a classifier head", tags=["neural", "conv", "dynamic-batch"])
    ensemble(zoo, image, accuracy)


def ensemble(zoo: Zoo, image, accuracy):
    """A three-step pipeline: 8-bit picture of any size -> digits_cnn -> name of the digit."""
    pre = graph("digits_pre", [
        N("Cast", ["picture"], ["f"], to=T.FLOAT), N("Div", ["f", "k255"], ["u"]),
        N("Unsqueeze", ["u", "axis"], ["nchw"]),
        N("Shape", ["nchw"], ["nc"], start=0, end=2), N("Concat", ["nc", "hw"], ["to"], axis=0),
        N("Resize", ["nchw", "", "", "to"], ["image"], mode="linear", coordinate_transformation_mode="half_pixel")],
        [vi("picture", T.UINT8, ["batch", "height", "width"])], [vi("image", T.FLOAT, ["batch", 1, 8, 8])],
        [const("k255", np.float32(255)), const("axis", np.array([1], np.int64)),
         const("hw", np.array([8, 8], np.int64))])
    picture = np.rint(image[:4, 0] * 255).astype(np.uint8)
    larger = picture.repeat(3, axis=1).repeat(2, axis=2)
    zoo.add("digits_pre", pre, {"one": {"picture": picture[:1]}, "few": {"picture": picture},
                                "larger": {"picture": larger}},
            about="preprocessing: uint8 picture of any size to 1x8x8 floats",
            tags=["ensemble-step", "uint8-input", "dynamic-shape"])

    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    post = graph("digits_post", [
        N("ArgMax", ["probabilities"], ["index"], axis=-1, keepdims=0),
        N("ReduceMax", ["probabilities"], ["score"], axes=[-1], keepdims=0),
        N("LabelEncoder", ["index"], ["label"], domain="ai.onnx.ml", keys_int64s=list(range(10)),
          values_strings=names, default_string="?")],
        [vi("probabilities", T.FLOAT, ["batch", 10])],
        [vi("label", T.STRING, ["batch"]), vi("score", T.FLOAT, ["batch"])], ml=True)
    scores = np.random.default_rng(SEED).dirichlet(np.ones(10), 4).astype(np.float32)
    zoo.add("digits_post", post, {"one": {"probabilities": scores[:1]}, "few": {"probabilities": scores}},
            about="postprocessing: probabilities to a word and a score", tags=["ensemble-step", "string-output"])

    shrunk = zoo.session("digits_pre").run(None, {"picture": picture})[0]
    probabilities = zoo.session("digits_cnn").run(None, {"image": shrunk})[0]
    label, score = zoo.session("digits_post").run(None, {"probabilities": probabilities})

    def step(name, *wires):
        ins, outs = wires
        return {"model": name, "inputs": {x: x for x in ins}, "outputs": {x: x for x in outs}}

    write_json(zoo.root / "ensemble_digits.json", {
        "name": "digits_ensemble",
        "steps": [step("digits_pre", ["picture"], ["image"]), step("digits_cnn", ["image"], ["probabilities"]),
                  step("digits_post", ["probabilities"], ["label", "score"])],
        "inputs": ["picture"], "outputs": ["label", "score"], "metrics": {"cnn_test_accuracy": accuracy},
        "sample": {"inputs": [v2_tensor("picture", picture)],
                   "outputs": [v2_tensor("label", label), v2_tensor("score", score)]}}, separators=(",", ":"))


# ---------------------------------------------------------------- shapes, types and behaviours


def behaviours(zoo: Zoo):
    rng = np.random.default_rng(SEED)
    x = rng.standard_normal((4, 4)).astype(np.float32)

    zoo.add("echo", graph("echo", [N("Identity", ["x"], ["y"])],
                          [vi("x", T.FLOAT, ["batch", "n"])], [vi("y", T.FLOAT, ["batch", "n"])]),
            {"one": {"x": x[:1]}, "few": {"x": x}, "empty_batch": {"x": np.zeros((0, 4), np.float32)}},
            about="identity, any width", tags=["identity", "dynamic-shape"])

    kinds = {"f32": (T.FLOAT, x), "f64": (T.DOUBLE, x.astype(np.float64)), "f16": (T.FLOAT16, x.astype(np.float16)),
             "i64": (T.INT64, np.array([[-2**53, 0, 1, 2**53]], np.int64)),
             "i32": (T.INT32, np.array([[-1, 0, 2**31 - 1]], np.int32)),
             "i8": (T.INT8, np.array([[-128, 127]], np.int8)), "u8": (T.UINT8, np.array([[0, 255]], np.uint8)),
             "bool": (T.BOOL, np.array([[True, False]])),
             "str": (T.STRING, np.array([["a", "", "ü 漢 😀"]], object))}
    zoo.add("echo_types", graph("echo_types", [N("Identity", [k], [k + "_out"]) for k in kinds],
                                [vi(k, t, ["n_" + k, "m_" + k]) for k, (t, _) in kinds.items()],
                                [vi(k + "_out", t, ["n_" + k, "m_" + k]) for k, (t, _) in kinds.items()]),
            {"all": {k: v for k, (_, v) in kinds.items()}}, about="identity for nine element types",
            tags=["identity", "multi-input", "multi-output", "string-input", "fp16-input"])

    a, b = np.arange(16, dtype=np.int32).reshape(1, 16), np.ones((1, 16), np.int32)
    zoo.add("add_sub", graph("add_sub", [N("Add", ["INPUT0", "INPUT1"], ["OUTPUT0"]),
                                         N("Sub", ["INPUT0", "INPUT1"], ["OUTPUT1"])],
                             [vi("INPUT0", T.INT32, ["batch", 16]), vi("INPUT1", T.INT32, ["batch", 16])],
                             [vi("OUTPUT0", T.INT32, ["batch", 16]), vi("OUTPUT1", T.INT32, ["batch", 16])]),
            {"one": {"INPUT0": a, "INPUT1": b}, "few": {"INPUT0": a.repeat(3, 0), "INPUT1": b.repeat(3, 0)}},
            about="two int32 inputs, sum and difference", tags=["multi-input", "multi-output"])

    h = (np.arange(8).reshape(2, 4) / 4).astype(np.float16)
    zoo.add("half_affine", graph("half_affine", [N("Mul", ["x", "k"], ["t"]), N("Add", ["t", "c"], ["y"])],
                                 [vi("x", T.FLOAT16, ["batch", 4])], [vi("y", T.FLOAT16, ["batch", 4])],
                                 [const("k", np.float16(2)), const("c", np.float16(.5))]),
            {"one": {"x": h[:1]}, "few": {"x": h}}, about="2x + 0.5 in float16", tags=["fp16-input"],
            rtol=1e-2, atol=1e-3)

    fix = rng.standard_normal((4, 3)).astype(np.float32)
    zoo.add("fixed_batch4", graph("fixed_batch4", [N("ReduceSum", ["x", "axes"], ["y"], keepdims=0)],
                                  [vi("x", T.FLOAT, [4, 3])], [vi("y", T.FLOAT, [4])],
                                  [const("axes", np.array([1], np.int64))]),
            {"four": {"x": fix}}, about="batch size fixed at four: must not be batched further", tags=["static-shape"])

    emb, head = rng.standard_normal((200, 16)).astype(np.float32), rng.standard_normal((16, 3)).astype(np.float32)
    tokens = graph("tokens", [
        N("Gather", ["emb", "input_ids"], ["e"]), N("Cast", ["attention_mask"], ["mf"], to=T.FLOAT),
        N("Unsqueeze", ["mf", "last"], ["m"]), N("Mul", ["e", "m"], ["em"]),
        N("ReduceSum", ["em", "seq"], ["s"], keepdims=0), N("ReduceSum", ["m", "seq"], ["n0"], keepdims=0),
        N("Max", ["n0", "one"], ["n"]), N("Div", ["s", "n"], ["embedding"]),
        N("MatMul", ["embedding", "head"], ["logits"])],
        [vi("input_ids", T.INT64, ["batch", "sequence"]), vi("attention_mask", T.INT64, ["batch", "sequence"])],
        [vi("logits", T.FLOAT, ["batch", 3]), vi("embedding", T.FLOAT, ["batch", 16])],
        [const("emb", emb), const("head", head), const("last", np.array([-1], np.int64)),
         const("seq", np.array([1], np.int64)), const("one", np.float32(1))])
    ids, mask = rng.integers(0, 200, (3, 7)), np.ones((3, 7), np.int64)
    mask[1, 4:] = 0
    zoo.add("tokens", tokens, {"one": {"input_ids": ids[:1], "attention_mask": mask[:1]},
                               "padded": {"input_ids": ids, "attention_mask": mask},
                               "short": {"input_ids": ids[:1, :2], "attention_mask": mask[:1, :2]}},
            about="int64 token ids and mask, masked mean embedding",
            tags=["int64-input", "dynamic-sequence", "multi-input", "multi-output"])

    mean = graph("running_mean", [
        N("Add", ["state", "x"], ["s"]), N("Add", ["count", "one"], ["count_out"]),
        N("Div", ["s", "count_out"], ["mean"]), N("Identity", ["s"], ["state_out"])],
        [vi("x", T.FLOAT, ["batch", 4]), vi("state", T.FLOAT, ["batch", 4]), vi("count", T.FLOAT, ["batch", 1])],
        [vi("mean", T.FLOAT, ["batch", 4]), vi("state_out", T.FLOAT, ["batch", 4]),
         vi("count_out", T.FLOAT, ["batch", 1])],
        [const("one", np.float32(1))])
    z4, z1 = np.zeros((1, 4), np.float32), np.zeros((1, 1), np.float32)
    zoo.add("running_mean", mean, {"first": {"x": x[:1], "state": z4, "count": z1},
                                   "second": {"x": x[1:2], "state": x[:1], "count": z1 + 1}},
            about="state passed in and out, for sequence serving", tags=["stateful", "multi-input", "multi-output"])

    twice = oh.make_graph([N("MatMul", ["x", "up"], ["ty"])], "then", [], [vi("ty", T.FLOAT, None)],
                          [const("up", np.eye(4, dtype=np.float32) * 2)])
    minus = oh.make_graph([N("Neg", ["x"], ["ey"])], "else", [], [vi("ey", T.FLOAT, None)])
    branch = graph("branch", [N("If", ["flag"], ["y"], then_branch=twice, else_branch=minus)],
                   [vi("x", T.FLOAT, ["batch", 4]), vi("flag", T.BOOL, [])], [vi("y", T.FLOAT, ["batch", 4])])
    zoo.add("branch", branch, {"then": {"x": x[:1], "flag": np.array(True)},
                               "else": {"x": x[:1], "flag": np.array(False)}},
            about="If with weights inside a branch; scalar bool input",
            tags=["control-flow", "subgraph", "scalar-input"])

    wide = x[:1].repeat(64, 1)
    zoo.add("slow", slow_graph(None), {"two": {"x": wide, "iterations": np.array([2], np.int64)}},
            about="returns x after `iterations` rounds of useless matrix products",
            tags=["slow", "int64-input", "control-flow"])
    zoo.add("slow_fixed", slow_graph(400), {"one": {"x": wide}},
            about="same, 400 rounds built in (tens of milliseconds)", tags=["slow", "control-flow"])


def slow_graph(rounds: int | None):
    """x times the identity, over and over: the answer is x itself, so any load test can check it."""
    body = oh.make_graph([N("MatMul", ["acc", "eye"], ["acc_out"]), N("Identity", ["go"], ["go_out"])], "body",
                         [vi("i", T.INT64, []), vi("go", T.BOOL, []), vi("acc", T.FLOAT, ["r", 256])],
                         [vi("go_out", T.BOOL, []), vi("acc_out", T.FLOAT, ["r", 256])])
    ins = [vi("x", T.FLOAT, ["batch", 256])]
    inits = [const("dims", np.array([256, 256], np.int64)), const("true", np.array(True)),
             const("reps", np.array([64, 1], np.int64)), const("zero", np.array([0], np.int64))]
    if rounds is None:
        ins.append(vi("iterations", T.INT64, [1]))
        trip = [N("Squeeze", ["iterations"], ["trip"])]
    else:
        inits.append(const("trip", np.array(rounds, np.int64)))
        trip = []
    zero = oh.make_tensor("v", T.FLOAT, [1], [0.])
    nodes = trip + [N("ConstantOfShape", ["dims"], ["zeros"], value=zero),
                    N("EyeLike", ["zeros"], ["eye"]), N("Tile", ["x", "reps"], ["wide"]),
                    N("Loop", ["trip", "true", "wide"], ["many"], body=body),
                    N("Shape", ["x"], ["rows"], start=0, end=1), N("Slice", ["many", "zero", "rows", "zero"], ["y"])]
    return graph("slow", nodes, ins, [vi("y", T.FLOAT, ["batch", 256])], inits)


# ---------------------------------------------------------------- surprises at run time


def surprises(zoo: Zoo):
    def column(*values, dtype=np.float32):
        return np.array(values, dtype).reshape(-1, 1)

    x, y = [vi("x", T.FLOAT, ["batch", 1])], [vi("y", T.FLOAT, ["batch", 1])]

    def text(*values):
        return {"x": column(*values, dtype=object)}

    zoo.add("strings_echo", graph("strings_echo", [N("Identity", ["x"], ["y"])], [vi("x", T.STRING, ["batch", 1])],
                                  [vi("y", T.STRING, ["batch", 1])]),
            {"one": text("plain"), "empty": text(""), "several_lengths": text("", "a", "", "ab" * 500),
             "unicode": text("Grüße", "Żółć", "שלום", "漢字かな", "e\u0301 is not é", "\ufeffmark\u200b"),
             "emoji": text("😀", "👩\u200d👩\u200d👧\u200d👦", "👍🏽", "🇵🇱", "𝒳"),
             "quoting": text('"', "\\", "a,b", "line\nbreak", "tab\t", "</script>", "\x01", " ")},
            about="identity on strings", tags=["identity", "string-input", "string-output"])

    zoo.add("nan_out", graph("nan_out", [N("Log", ["x"], ["l"]), N("Neg", ["l"], ["y"])], x, y),
            {"finite": {"x": column(1, .5, 8)}, "infinity": {"x": column(0)}, "nan": {"x": column(-1)},
             "mixed": {"x": column(2, 0, -3, np.inf)}},
            about="-log(x): Infinity for 0, NaN below, -Infinity for Infinity", tags=["non-finite-output"])

    one = oh.make_tensor("v", T.FLOAT, [1], [1.])
    zoo.add("expand_by_value", graph("expand_by_value", [N("ConstantOfShape", ["n"], ["y"], value=one)],
                                     [vi("n", T.INT64, [1])], [vi("y", T.FLOAT, ["elements"])]),
            {"three": {"n": np.array([3], np.int64)}, "one": {"n": np.array([1], np.int64)},
             "none": {"n": np.array([0], np.int64)}},
            failing={"negative": {"n": np.array([-1], np.int64)}},
            about="n ones: the value of an input sets the size of the output", tags=["int64-input", "output-by-value"])

    for k in (7, 9):
        value = oh.make_tensor("v", T.FLOAT, [1], [k])
        nodes = [N("Shape", ["x"], ["s"]), N("ConstantOfShape", ["s"], ["y"], value=value)]
        zoo.add(f"constant_{k}", graph("constant", nodes, x, y),
                {"one": {"x": column(1)}, "few": {"x": column(-1, 0, 2.5)}, "empty_batch": {"x": column()}},
                about=f"always {k}: tells versions apart", tags=["constant", "dynamic-batch"])

    wide = np.arange(12, dtype=np.float32).reshape(3, 4)
    rows = {"one": {"x": wide[:1]}, "few": {"x": wide}}
    zoo.add("mean_over_batch", graph("mean_over_batch", [N("ReduceMean", ["x"], ["y"], axes=[0], keepdims=0)],
                                     [vi("x", T.FLOAT, ["batch", 4])], [vi("y", T.FLOAT, [4])]), rows,
            about="one mean over all rows: the output has no batch axis", tags=["not-batchable"])
    zoo.add("first_row_only", graph("first_row_only", [N("Compress", ["x", "first"], ["y"], axis=0)],
                                    [vi("x", T.FLOAT, ["batch", 4])], [vi("y", T.FLOAT, ["batch", 4])],
                                    [const("first", np.array([True]))]), rows,
            about="declares a row for each row, returns the first alone", tags=["not-batchable", "lies-about-shape"])

    zoo.add("fails_on_negative", graph("fails_on_negative", [
        N("Less", ["x", "zero"], ["b"]), N("Cast", ["b"], ["i"], to=T.INT64), N("Gather", ["table", "i"], ["k"]),
        N("Mul", ["x", "k"], ["y"])], x, y, [const("zero", np.float32(0)), const("table", np.array([2], np.float32))]),
        {"one": {"x": column(1.5)}, "few": {"x": column(0, 1, 2)}},
        failing={"bad": {"x": column(-1)}, "one_bad_row_of_three": {"x": column(1, -2, 3)}},
        about="2x; one negative row fails the whole batch at run time", tags=["fails-at-run"])


# ---------------------------------------------------------------- material for the optimizer


def optimizer_material(zoo: Zoo):
    rng = np.random.default_rng(SEED)

    def normal(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    def zeros(n):
        return np.zeros(n, np.float32)

    w, x = normal(32, 32), normal(4, 32)
    ins, outs = [vi("x", T.FLOAT, ["batch", 32])], [vi("y", T.FLOAT, ["batch", 32])]
    redundant = graph("opt_redundant", [
        N("Constant", [], ["w3"], value=const("", w)), N("Add", ["c1", "c2"], ["c12"]), N("Identity", ["x"], ["x0"]),
        N("MatMul", ["x0", "w1"], ["a"]), N("Relu", ["a"], ["ar"]), N("MatMul", ["ar", "w2"], ["b"]),
        N("Dropout", ["b"], ["bd"]), N("MatMul", ["bd", "w3"], ["c"]), N("Add", ["c", "c12"], ["y"]),
        N("Sqrt", ["x"], ["unused"])],
        ins, outs,
        [const("w1", w), const("w2", w), const("dead", normal(32, 32)), const("c1", w[0]), const("c2", w[1])])
    zoo.add("opt_redundant", redundant, {"few": {"x": x}}, rtol=1e-3, atol=1e-3,
            about="one weight stored three times, dead weight, foldable and no-op nodes",
            tags=["optimizer", "constant-node"])

    half_dead = normal(32, 64)
    half_dead[:, ::2] *= 1e-4
    prunable = graph("opt_prunable", [
        N("Gemm", ["x", "w1", "b1"], ["h"]), N("Relu", ["h"], ["r"]), N("Gemm", ["r", "w2", "b2"], ["y"], transB=1)],
        ins, [vi("y", T.FLOAT, ["batch", 8])],
        [const("w1", half_dead), const("b1", zeros(64)), const("w2", normal(8, 64)), const("b2", zeros(8))])
    zoo.add("opt_prunable", prunable, {"few": {"x": x}}, rtol=1e-3,
            about="every second hidden unit is nearly dead", tags=["optimizer", "gemm"])

    gain = np.ones(32, np.float32)
    gain[5] = 400
    outlier = graph("opt_outlier", [
        N("Mul", ["x", "gain"], ["g"]), N("MatMul", ["g", "w1"], ["a"]), N("Tanh", ["a"], ["t"]),
        N("MatMul", ["t", "w2"], ["y"])],
        ins, outs, [const("gain", gain), const("w1", (w / gain[:, None]).astype(np.float32)), const("w2", w)])
    zoo.add("opt_outlier", outlier, {"few": {"x": x}}, rtol=1e-3, atol=1e-3,
            about="one activation channel 400 times larger: full int8 must fall back to mixed precision",
            tags=["optimizer", "sensitivity"])

    range_gather = graph("opt_range_gather", [
        N("Shape", ["ids"], ["s"]), N("Gather", ["s", "one"], ["n"]), N("Range", ["zero", "n", "one"], ["r"]),
        N("Gather", ["table", "r"], ["p"]), N("Gather", ["words", "ids"], ["e"]), N("Add", ["e", "p"], ["y"])],
        [vi("ids", T.INT64, ["batch", "sequence"])], [vi("y", T.FLOAT, ["batch", "sequence", 8])],
        [const("zero", np.array([0], np.int64)), const("one", np.array([1], np.int64)), const("table", normal(16, 8)),
         const("words", normal(50, 8))])
    basic = ort.SessionOptions()
    basic.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    zoo.add("opt_range_gather", range_gather, {"one": {"ids": np.array([[3, 1, 4, 1, 5]], np.int64)}}, options=basic,
            about="Range fed one-element vectors: runs at the basic optimization level, fails at run time above it",
            tags=["optimizer", "runs-only-at-basic"])


# ---------------------------------------------------------------- files that are no use


def broken(root: Path):
    """Files that must be refused, each for its own reason."""
    folder = root / "broken"
    folder.mkdir()
    x, y = [vi("x", T.FLOAT, ["n"])], [vi("y", T.FLOAT, ["n"])]

    def put(name, content: bytes):
        (folder / name).write_bytes(content)

    fine = graph("ok", [N("Relu", ["x"], ["y"])], x, y)
    content = fine.SerializeToString()
    put("truncated.onnx", content[:len(content) // 2])
    put("empty.onnx", b"")
    put("text.onnx", b"this is not a model\n")
    put("unknown_op.onnx", graph("u", [N("NoSuchOp", ["x"], ["y"])], x, y).SerializeToString())
    late = oh.make_model(fine.graph, opset_imports=[oh.make_opsetid("", 99)], ir_version=IR)
    put("future_opset.onnx", late.SerializeToString())
    away = graph("g", [N("Add", ["x", "w"], ["y"])], [vi("x", T.FLOAT, [4])], [vi("y", T.FLOAT, [4])])
    weight = away.graph.initializer.add(name="w", data_type=T.FLOAT, dims=[4], data_location=T.EXTERNAL)
    location = weight.external_data.add(key="location", value="missing.bin")
    put("missing_external_data.onnx", away.SerializeToString())
    location.value = "../../../../etc/hostname"
    put("external_data_escapes.onnx", away.SerializeToString())
    reshape = graph("f", [N("Reshape", ["x", "s"], ["y"])], x, [vi("y", T.FLOAT, None)],
                    [const("s", np.array([2, 2], np.int64))])
    put("fails_at_run.onnx", reshape.SerializeToString())
    put("README.txt", b"Every file here must be refused at load, except fails_at_run.onnx,\n"
                      b"which loads and fails for any x not of four elements.\n")


def main() -> int:
    if any(os.environ.get(key) != value for key, value in STEADY.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | STEADY)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RESOURCES, help="the folder to write; earlier models there go")
    root = parser.parse_args().out
    if (root / "index.json").exists():
        shutil.rmtree(root)
    root.mkdir(parents=True, exist_ok=True)
    ort.set_default_logger_severity(4)  # the failing cases and the dead weight are meant
    zoo = Zoo(root)
    tabular(zoo)
    neural(zoo)
    behaviours(zoo)
    surprises(zoo)
    optimizer_material(zoo)
    broken(root)
    write_json(root / "index.json", {"seed": SEED, "onnxruntime": ort.__version__, "models": zoo.index}, indent=1)
    total = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    print(f"{len(zoo.index)} models, {total:,} bytes in {root}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
