package io.matih.inference.engine.onnx;

import io.matih.inference.engine.model.Finding;
import io.matih.inference.engine.onnx.OnnxModel.OnnxNode;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Turns the main graph's inputs and outputs into tensor specifications.
final class SignatureReader {
    /// From this version of the format on an input may have a default value in the file.
    private static final long OPTIONAL_INPUTS_IR = 4;

    private static final int MAX_NAME = 1_024;

    private final OnnxModel model;
    private final OnnxLimits limits;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, List<String>> classLabels = new LinkedHashMap<>();

    SignatureReader(OnnxModel model, OnnxLimits limits) {
        this.model = model;
        this.limits = limits;
    }

    /// What stood out while inputs and outputs were read.
    List<Finding> findings() {
        return findings;
    }

    /// Classes by the output whose columns they name.
    Map<String, List<String>> classLabels() {
        return classLabels;
    }

    List<TensorSpec> inputs() {
        Set<String> initializers = new HashSet<>(model.graph().initializers());
        var specs = new ArrayList<TensorSpec>();
        for (var input : model.graph().inputs()) {
            boolean optional = initializers.contains(input.getName());
            if (!optional || model.irVersion() >= OPTIONAL_INPUTS_IR) {
                specs.add(tensor(input, "input", optional));
            }
        }
        requireAtMost(
                specs.stream().filter(spec -> !spec.optional()).count(),
                limits.maxInputs(),
                "inputs");
        return specs;
    }

    List<TensorSpec> outputs() {
        requireAtMost(model.graph().outputs().size(), limits.maxOutputs(), "outputs");
        var specs = new ArrayList<TensorSpec>();
        for (var output : model.graph().outputs()) {
            specs.add(isScoreMaps(output.getType()) ? scores(output) : tensor(output, "output"));
        }
        return specs;
    }

    private static void requireAtMost(long count, int most, String what) {
        if (count > most) {
            throw Refusal.limit(
                    "the model has %d %s; at most %d are taken".formatted(count, what, most));
        }
    }

    private TensorSpec tensor(ValueInfoProto value, String role) {
        return tensor(value, role, false);
    }

    private TensorSpec tensor(ValueInfoProto value, String role, boolean optional) {
        var what = "%s '%s'".formatted(role, Refusal.clip(value.getName()));
        if (value.getName().length() > MAX_NAME) {
            throw Refusal.limit(
                    "the name of %s has more than %d characters".formatted(what, MAX_NAME));
        }
        var type = value.getType();
        if (type.getValueCase() != TypeProto.ValueCase.TENSOR_TYPE) {
            throw notTensor(type, what);
        }
        var element = ElementType.of(type.getTensorType().getElemType(), what);
        var datatype = element.datatype();
        if (datatype == null) {
            throw Refusal.unsupported(
                    "%s has element type %s, which requests cannot carry".formatted(what, element));
        }
        return new TensorSpec(
                value.getName(), datatype, shape(type.getTensorType(), what), optional);
    }

    private static RuntimeException notTensor(TypeProto type, String what) {
        return switch (type.getValueCase()) {
            case VALUE_NOT_SET -> Refusal.invalid("%s declares no type".formatted(what));
            case SEQUENCE_TYPE -> notTensor(what, "a sequence");
            case MAP_TYPE -> notTensor(what, "a map");
            case OPTIONAL_TYPE -> notTensor(what, "an optional value");
            case SPARSE_TENSOR_TYPE -> notTensor(what, "a sparse tensor");
            case OPAQUE_TYPE -> notTensor(what, "an opaque value");
            case TENSOR_TYPE -> notTensor(what, "a tensor");
        };
    }

    private static RuntimeException notTensor(String what, String kind) {
        return Refusal.unsupported(
                "%s is %s; only dense tensors can be served".formatted(what, kind));
    }

    private Shape shape(TypeProto.Tensor type, String what) {
        if (!type.hasShape()) {
            findings.add(
                    new Finding(
                            Finding.Severity.WARNING,
                            "UNKNOWN_SHAPE",
                            what + " declares no shape, so requests cannot be checked against it"));
            return Shape.UNKNOWN;
        }
        var dims = type.getShape().getDimList();
        if (dims.size() > Shape.MAX_RANK) {
            throw Refusal.limit(
                    "%s has %d axes; at most %d are taken"
                            .formatted(what, dims.size(), Shape.MAX_RANK));
        }
        return Shape.of(dims.stream().mapToLong(dim -> axis(dim, what)).toArray());
    }

    private static long axis(TensorShapeProto.Dimension dim, String what) {
        if (!dim.hasDimValue()) {
            return Shape.ANY;
        }
        // Some exporters write -1 where they mean a length of any size.
        if (dim.getDimValue() < Shape.ANY) {
            throw Refusal.invalid("%s has an axis of length %d".formatted(what, dim.getDimValue()));
        }
        return dim.getDimValue();
    }

    /// What `ai.onnx.ml.ZipMap` makes: one map from class to score for each row.
    private static boolean isScoreMaps(TypeProto type) {
        if (!type.hasSequenceType() || !type.getSequenceType().getElemType().hasMapType()) {
            return false;
        }
        var map = type.getSequenceType().getElemType().getMapType();
        boolean labelled =
                map.getKeyType() == ElementType.INT64.number()
                        || map.getKeyType() == ElementType.STRING.number();
        return labelled
                && map.getValueType().getTensorType().getElemType() == ElementType.FLOAT.number();
    }

    private TensorSpec scores(ValueInfoProto output) {
        var name = output.getName();
        var labels = zipMapLabels(name);
        if (labels.isEmpty()) {
            throw Refusal.unsupported(
                    "output '%s' is a sequence of maps that no ZipMap node with class labels makes"
                            .formatted(Refusal.clip(name)));
        }
        classLabels.put(name, labels);
        findings.add(
                new Finding(
                        Finding.Severity.INFO,
                        "NON_TENSOR_OUTPUT",
                        "output '%s' is a sequence of maps; it is served as FP32 [-1,%d] with a column for each of the classes %s"
                                .formatted(
                                        Refusal.clip(name),
                                        labels.size(),
                                        Refusal.clip(String.join(", ", labels)))));
        return new TensorSpec(name, Datatype.FP32, Shape.of(Shape.ANY, labels.size()));
    }

    private List<String> zipMapLabels(String output) {
        return model.graph().nodes().stream()
                .filter(node -> node.is("ai.onnx.ml", "ZipMap"))
                .filter(node -> node.outputs().contains(output))
                .findFirst()
                .map(OnnxNode::classLabels)
                .orElse(List.of());
    }
}
