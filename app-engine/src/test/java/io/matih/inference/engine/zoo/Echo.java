package io.matih.inference.engine.zoo;

import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;
import io.matih.inference.engine.tensor.Datatype;

/// Models that answer their input `x`, of shape \[batch,n\], as `y`.
public final class Echo {
    private Echo() {}

    public static byte[] model(Datatype datatype) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(
                        GraphProto.newBuilder()
                                .setName("echo")
                                .addInput(value("x", type(datatype)))
                                .addOutput(value("y", type(datatype)))
                                .addNode(
                                        NodeProto.newBuilder()
                                                .setOpType("Identity")
                                                .addInput("x")
                                                .addOutput("y")))
                .build()
                .toByteArray();
    }

    private static DataType type(Datatype datatype) {
        return switch (datatype) {
            case BOOL -> DataType.BOOL;
            case UINT8 -> DataType.UINT8;
            case UINT16 -> DataType.UINT16;
            case UINT32 -> DataType.UINT32;
            case UINT64 -> DataType.UINT64;
            case INT8 -> DataType.INT8;
            case INT16 -> DataType.INT16;
            case INT32 -> DataType.INT32;
            case INT64 -> DataType.INT64;
            case FP16 -> DataType.FLOAT16;
            case FP32 -> DataType.FLOAT;
            case FP64 -> DataType.DOUBLE;
            case BF16 -> DataType.BFLOAT16;
            case BYTES -> DataType.STRING;
        };
    }

    private static ValueInfoProto value(String name, DataType type) {
        var any = TensorShapeProto.Dimension.newBuilder();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                                .setElemType(type.getNumber())
                                                .setShape(
                                                        TensorShapeProto.newBuilder()
                                                                .addDim(any.setDimParam("batch"))
                                                                .addDim(any.setDimParam("n")))))
                .build();
    }
}
