package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.TensorInfo.OnnxTensorType;

import io.matih.inference.engine.tensor.Datatype;

import org.jspecify.annotations.Nullable;

/// Datatypes of the Open Inference Protocol and ONNX Runtime's names for them.
final class OnnxTypes {
    private static final @Nullable Datatype[] BY_CODE = byCode();

    private OnnxTypes() {}

    /// @return null for a type that no tensor of ours can carry
    static @Nullable Datatype datatype(OnnxTensorType type) {
        return switch (type) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Datatype.BOOL;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Datatype.UINT8;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> Datatype.UINT16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> Datatype.UINT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> Datatype.UINT64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Datatype.INT8;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Datatype.INT16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Datatype.INT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Datatype.INT64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> Datatype.FP16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 -> Datatype.BF16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Datatype.FP32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Datatype.FP64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> Datatype.BYTES;
            default -> null;
        };
    }

    /// The number that the C API has for it (`ONNXTensorElementDataType`).
    static int code(Datatype datatype) {
        return switch (datatype) {
            case FP32 -> 1;
            case UINT8 -> 2;
            case INT8 -> 3;
            case UINT16 -> 4;
            case INT16 -> 5;
            case INT32 -> 6;
            case INT64 -> 7;
            case BYTES -> 8;
            case BOOL -> 9;
            case FP16 -> 10;
            case FP64 -> 11;
            case UINT32 -> 12;
            case UINT64 -> 13;
            case BF16 -> 16;
        };
    }

    /// @return null for a type that no tensor of ours can carry
    static @Nullable Datatype datatype(int code) {
        return code < 0 || code >= BY_CODE.length ? null : BY_CODE[code];
    }

    private static @Nullable Datatype[] byCode() {
        var types = new @Nullable Datatype[17];
        for (var datatype : Datatype.values()) {
            types[code(datatype)] = datatype;
        }
        return types;
    }
}
