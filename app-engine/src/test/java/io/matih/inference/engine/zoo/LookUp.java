package io.matih.inference.engine.zoo;

import com.google.protobuf.ByteString;

import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A model of any size that is cheap to ask: `y = w[x]`, INT64 to INT64, all weights the same.
public final class LookUp {
    private LookUp() {}

    /// @param weightBytes a multiple of 8; most of what it takes once loaded
    /// @param answer what it answers to 0
    public static byte[] model(int weightBytes, long answer) {
        var weights = ByteBuffer.allocate(weightBytes).order(ByteOrder.LITTLE_ENDIAN);
        while (weights.hasRemaining()) {
            weights.putLong(answer);
        }
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(
                        GraphProto.newBuilder()
                                .setName("look up")
                                .addInput(rows("x"))
                                .addOutput(rows("y"))
                                .addInitializer(
                                        TensorProto.newBuilder()
                                                .setName("w")
                                                .addDims(weightBytes / Long.BYTES)
                                                .setDataType(DataType.INT64_VALUE)
                                                .setRawData(ByteString.copyFrom(weights.flip())))
                                .addNode(
                                        NodeProto.newBuilder()
                                                .setOpType("Gather")
                                                .addInput("w")
                                                .addInput("x")
                                                .addOutput("y")))
                .build()
                .toByteArray();
    }

    private static ValueInfoProto rows(String name) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                                .setElemType(DataType.INT64_VALUE)
                                                .setShape(
                                                        TensorShapeProto.newBuilder()
                                                                .addDim(
                                                                        TensorShapeProto.Dimension
                                                                                .newBuilder()
                                                                                .setDimParam(
                                                                                        "rows")))))
                .build();
    }
}
