package io.matih.inference.engine.zoo;

import io.matih.inference.engine.onnx.proto.OnnxMl.AttributeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

/// A model that cannot be stopped: it multiplies two matrices of `n` times `n` zeros in one call of
/// one kernel, and the runtime looks for a stop only between two.
public final class SquareProduct {
    /// Takes seconds.
    public static final int LONG = 4096;

    private SquareProduct() {}

    /// `n`, INT64 of shape \[1\], to `y`, FP32 of shape \[1,1\], the largest element: 0.
    public static byte[] model() {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(
                        GraphProto.newBuilder()
                                .setName("square product")
                                .addInput(value("n", DataType.INT64, 1))
                                .addOutput(value("y", DataType.FLOAT, 1, 1))
                                .addNode(
                                        node("Concat", "dims", "n", "n")
                                                .addAttribute(
                                                        AttributeProto.newBuilder()
                                                                .setName("axis")
                                                                .setType(
                                                                        AttributeProto.AttributeType
                                                                                .INT)
                                                                .setI(0)))
                                .addNode(node("ConstantOfShape", "a", "dims"))
                                .addNode(node("MatMul", "product", "a", "a"))
                                .addNode(node("ReduceMax", "y", "product")))
                .build()
                .toByteArray();
    }

    private static NodeProto.Builder node(String type, String output, String... inputs) {
        var node = NodeProto.newBuilder().setOpType(type).addOutput(output);
        for (var input : inputs) {
            node.addInput(input);
        }
        return node;
    }

    private static ValueInfoProto value(String name, DataType type, long... dims) {
        var shape = TensorShapeProto.newBuilder();
        for (long dim : dims) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                                .setElemType(type.getNumber())
                                                .setShape(shape)))
                .build();
    }
}
