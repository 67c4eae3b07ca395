package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// A model's signature as its file declares it, and nothing more.
final class DeclaredModel {
    private DeclaredModel() {}

    /// @throws ServingException `MODEL_INVALID`
    static ModelMetadata read(Path file) {
        try (var in = Files.newInputStream(file)) {
            return metadata(ModelProto.parseFrom(in));
        } catch (IOException e) {
            throw new ServingException(ErrorCode.MODEL_INVALID, "This is no ONNX model", e);
        }
    }

    private static ModelMetadata metadata(ModelProto model) {
        var graph = model.getGraph();
        var initializers =
                graph.getInitializerList().stream()
                        .map(TensorProto::getName)
                        .collect(Collectors.toSet());
        return new ModelMetadata(
                graph.getInputList().stream()
                        .filter(input -> !initializers.contains(input.getName()))
                        .map(input -> spec(input, graph))
                        .toList(),
                graph.getOutputList().stream().map(output -> spec(output, graph)).toList(),
                model.getIrVersion(),
                model.getOpsetImportList().stream()
                        .collect(
                                Collectors.toMap(
                                        opset -> domain(opset),
                                        OperatorSetIdProto::getVersion,
                                        Math::max)),
                model.getProducerName(),
                model.getDocString(),
                graph.getNodeCount(),
                0,
                graph.getInitializerList().stream()
                        .mapToLong(TensorProto::getSerializedSize)
                        .sum(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    private static String domain(OperatorSetIdProto opset) {
        return opset.getDomain().isEmpty() ? "ai.onnx" : opset.getDomain();
    }

    private static TensorSpec spec(ValueInfoProto value, GraphProto graph) {
        var type = value.getType();
        if (type.hasSequenceType()) {
            return new TensorSpec(
                    value.getName(), Datatype.FP32, Shape.of(Shape.ANY, classes(value, graph)));
        }
        var axes =
                type.getTensorType().getShape().getDimList().stream()
                        .mapToLong(DeclaredModel::axis)
                        .toArray();
        return new TensorSpec(value.getName(), datatype(value.getName(), type), Shape.of(axes));
    }

    private static long axis(Dimension dimension) {
        return dimension.hasDimValue() ? dimension.getDimValue() : Shape.ANY;
    }

    private static long classes(ValueInfoProto value, GraphProto graph) {
        return graph.getNodeList().stream()
                .filter(node -> node.getOutputList().contains(value.getName()))
                .map(NodeProto::getAttributeList)
                .flatMap(List::stream)
                .mapToLong(a -> a.getIntsCount() + a.getStringsCount())
                .max()
                .orElse(Shape.ANY);
    }

    private static Datatype datatype(String name, TypeProto type) {
        return switch (TensorProto.DataType.forNumber(type.getTensorType().getElemType())) {
            case FLOAT -> Datatype.FP32;
            case DOUBLE -> Datatype.FP64;
            case FLOAT16 -> Datatype.FP16;
            case BFLOAT16 -> Datatype.BF16;
            case BOOL -> Datatype.BOOL;
            case STRING -> Datatype.BYTES;
            case INT8 -> Datatype.INT8;
            case INT16 -> Datatype.INT16;
            case INT32 -> Datatype.INT32;
            case INT64 -> Datatype.INT64;
            case UINT8 -> Datatype.UINT8;
            case UINT16 -> Datatype.UINT16;
            case UINT32 -> Datatype.UINT32;
            case UINT64 -> Datatype.UINT64;
            case null, default ->
                    throw new ServingException(
                            ErrorCode.MODEL_INVALID,
                            "'%s' has a type that cannot be sent"
                                    .formatted(ServingException.clip(name)));
        };
    }
}
