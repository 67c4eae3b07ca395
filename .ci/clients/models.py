"""Small ONNX models that no sample covers."""

import ml_dtypes
import numpy as np
from onnx import TensorProto as T
from onnx import helper

# What one element type is called by the protocol, by ONNX and by NumPy, and values that show if a byte is lost.
EVERY_TYPE = {
    "BOOL": (T.BOOL, np.array([[True, False, True]])),
    "UINT8": (T.UINT8, np.array([[0, 1, 255]], np.uint8)),
    "UINT16": (T.UINT16, np.array([[0, 1, 65535]], np.uint16)),
    "UINT32": (T.UINT32, np.array([[0, 1, 2**32 - 1]], np.uint32)),
    "UINT64": (T.UINT64, np.array([[0, 1, 2**64 - 1]], np.uint64)),
    "INT8": (T.INT8, np.array([[-128, 1, 127]], np.int8)),
    "INT16": (T.INT16, np.array([[-(2**15), 1, 2**15 - 1]], np.int16)),
    "INT32": (T.INT32, np.array([[-(2**31), 1, 2**31 - 1]], np.int32)),
    "INT64": (T.INT64, np.array([[-(2**63), 2**53 + 1, 2**63 - 1]], np.int64)),
    "FP16": (T.FLOAT16, np.array([[-65504, 6e-8, 0.1]], np.float16)),
    "FP32": (T.FLOAT, np.array([[-3.4028235e38, 1e-45, 0.1]], np.float32)),
    "FP64": (T.DOUBLE, np.array([[-1.7976931348623157e308, 5e-324, 0.1]], np.float64)),
    "BF16": (T.BFLOAT16, np.array([[-1, 3.0e38, 0.1]], ml_dtypes.bfloat16)),
    "BYTES": (T.STRING, np.array([["", "Grüße", "漢字\n\"😀"]], np.object_)),
}


def model(nodes, inputs, outputs, *, opset: int = 17) -> bytes:
    made = helper.make_model(
        helper.make_graph(nodes, "graph", inputs, outputs),
        opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return made.SerializeToString()


def every_type() -> bytes:
    """Answers each input `in_TYPE` of [batch, 3] as `out_TYPE`."""
    return model(
        [helper.make_node("Identity", [f"in_{name}"], [f"out_{name}"]) for name in EVERY_TYPE],
        [helper.make_tensor_value_info(f"in_{name}", kind, ["batch", 3]) for name, (kind, _) in EVERY_TYPE.items()],
        [helper.make_tensor_value_info(f"out_{name}", kind, ["batch", 3]) for name, (kind, _) in EVERY_TYPE.items()])


def identity(kind: int = T.FLOAT, columns="columns") -> bytes:
    """Answers `x` as `y`."""
    return model([helper.make_node("Identity", ["x"], ["y"])],
                 [helper.make_tensor_value_info("x", kind, ["batch", columns])],
                 [helper.make_tensor_value_info("y", kind, ["batch", columns])])


def add_sub(factor: int = 1) -> bytes:
    """Triton's own example: the sum and the difference of two rows of sixteen, here times a factor."""
    times = helper.make_node("Constant", [], ["factor"], value=helper.make_tensor("v", T.INT32, [1], [factor]))
    return model(
        [times,
         helper.make_node("Add", ["INPUT0", "INPUT1"], ["sum"]), helper.make_node("Mul", ["sum", "factor"], ["OUTPUT0"]),
         helper.make_node("Sub", ["INPUT0", "INPUT1"], ["difference"]),
         helper.make_node("Mul", ["difference", "factor"], ["OUTPUT1"])],
        [helper.make_tensor_value_info(name, T.INT32, ["batch", 16]) for name in ("INPUT0", "INPUT1")],
        [helper.make_tensor_value_info(name, T.INT32, ["batch", 16]) for name in ("OUTPUT0", "OUTPUT1")])
