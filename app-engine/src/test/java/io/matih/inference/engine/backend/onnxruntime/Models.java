package io.matih.inference.engine.backend.onnxruntime;

import com.google.protobuf.ByteString;

import io.matih.inference.engine.onnx.proto.OnnxMl.AttributeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

import java.nio.charset.StandardCharsets;

/// Small models that tests make themselves.
final class Models {
    private Models() {}

    /// `y = x` for `[rows]` of one type.
    static byte[] identity(DataType type) {
        return model(
                GraphProto.newBuilder()
                        .addInput(value("x", type, -1))
                        .addOutput(value("y", type, -1))
                        .addNode(node("Identity", "y", "x")));
    }

    /// `same = x == text`, and the text itself.
    static byte[] equalTo(String text) {
        return model(
                GraphProto.newBuilder()
                        .addInput(value("x", DataType.STRING, -1))
                        .addOutput(value("same", DataType.BOOL, -1))
                        .addOutput(value("text", DataType.STRING, 1))
                        .addInitializer(
                                TensorProto.newBuilder()
                                        .setName("t")
                                        .addDims(1)
                                        .setDataType(DataType.STRING_VALUE)
                                        .addStringData(ByteString.copyFromUtf8(text)))
                        .addNode(node("Equal", "same", "x", "t"))
                        .addNode(node("Identity", "text", "t")));
    }

    /// Probabilities as maps whose keys are these labels.
    static byte[] zipMap(String... labels) {
        var attribute =
                AttributeProto.newBuilder()
                        .setName("classlabels_strings")
                        .setType(AttributeProto.AttributeType.STRINGS);
        for (var label : labels) {
            attribute.addStrings(ByteString.copyFrom(label, StandardCharsets.UTF_8));
        }
        return zipMap(attribute, DataType.STRING, labels.length);
    }

    static byte[] zipMap(long... labels) {
        var attribute =
                AttributeProto.newBuilder()
                        .setName("classlabels_int64s")
                        .setType(AttributeProto.AttributeType.INTS);
        for (long label : labels) {
            attribute.addInts(label);
        }
        return zipMap(attribute, DataType.INT64, labels.length);
    }

    private static byte[] zipMap(AttributeProto.Builder labels, DataType key, int classes) {
        var map =
                TypeProto.Map.newBuilder()
                        .setKeyType(key.getNumber())
                        .setValueType(
                                TypeProto.newBuilder()
                                        .setTensorType(
                                                TypeProto.Tensor.newBuilder()
                                                        .setElemType(DataType.FLOAT_VALUE)));
        var sequence =
                TypeProto.Sequence.newBuilder().setElemType(TypeProto.newBuilder().setMapType(map));
        return model(
                GraphProto.newBuilder()
                        .addInput(value("x", DataType.FLOAT, -1, classes))
                        .addOutput(
                                ValueInfoProto.newBuilder()
                                        .setName("y")
                                        .setType(TypeProto.newBuilder().setSequenceType(sequence)))
                        .addNode(
                                node("ZipMap", "y", "x").toBuilder()
                                        .setDomain("ai.onnx.ml")
                                        .addAttribute(labels)));
    }

    private static byte[] model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(19))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(1))
                .setGraph(graph.setName("test"))
                .build()
                .toByteArray();
    }

    private static NodeProto node(String operator, String output, String... inputs) {
        var node = NodeProto.newBuilder().setOpType(operator).addOutput(output);
        for (var input : inputs) {
            node.addInput(input);
        }
        return node.build();
    }

    private static ValueInfoProto value(String name, DataType type, long... axes) {
        var shape = TensorShapeProto.newBuilder();
        for (long axis : axes) {
            shape.addDim(
                    axis < 0
                            ? TensorShapeProto.Dimension.newBuilder().setDimParam("rows")
                            : TensorShapeProto.Dimension.newBuilder().setDimValue(axis));
        }
        var tensor =
                TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
