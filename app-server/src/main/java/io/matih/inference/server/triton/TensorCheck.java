package io.matih.inference.server.triton;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;
import io.matih.inference.server.proto.DataType;
import io.matih.inference.server.proto.ModelConfig;
import io.matih.inference.server.proto.ModelInput;
import io.matih.inference.server.proto.ModelTensorReshape;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Whether the inputs and outputs that a configuration describes are those of the model.
final class TensorCheck {
    private final ModelConfig config;
    private final boolean batched;

    private TensorCheck(ModelConfig config) {
        this.config = config;
        batched = config.getMaxBatchSize() > 0;
    }

    /// @throws ServingException `CONFIG_INVALID`, `UNSUPPORTED`
    static void require(ModelConfig config, ModelMetadata metadata) {
        var check = new TensorCheck(config);
        check.requireBatch(metadata);
        check.requireInputs(metadata.inputs());
        check.requireOutputs(metadata.outputs());
    }

    private void requireBatch(ModelMetadata metadata) {
        if (batched && !metadata.batchable()) {
            throw ConfigText.refused(
                    "max_batch_size is %d, but not every input and output of the model has a first axis of any length; 0 is right for it"
                            .formatted(config.getMaxBatchSize()),
                    null);
        }
    }

    private void requireInputs(List<TensorSpec> inputs) {
        for (var described : config.getInputList()) {
            var spec = find(inputs, described.getName(), "input");
            var field = "input '%s'".formatted(ServingException.clip(described.getName()));
            requireType(field, described.getDataType(), spec);
            if (described.hasReshape()) {
                requireReshape(field, described.getDimsList(), described.getReshape(), spec);
            } else {
                requireDims(field, described.getDimsList(), spec);
            }
            if (described.getOptional() && !spec.optional()) {
                throw ConfigText.refused(
                        field + " is optional, but the model cannot do without it", null);
            }
        }
        var missing =
                inputs.stream()
                        .filter(spec -> !spec.optional() && config.getInputCount() > 0)
                        .map(TensorSpec::name)
                        .filter(name -> names().noneMatch(name::equals))
                        .toList();
        if (!missing.isEmpty()) {
            throw ConfigText.refused(
                    "the model's input %s is not described".formatted(quoted(missing)), null);
        }
    }

    private Stream<String> names() {
        return config.getInputList().stream().map(ModelInput::getName);
    }

    private void requireOutputs(List<TensorSpec> outputs) {
        for (var described : config.getOutputList()) {
            var spec = find(outputs, described.getName(), "output");
            var field = "output '%s'".formatted(ServingException.clip(described.getName()));
            requireType(field, described.getDataType(), spec);
            if (described.hasReshape()) {
                requireReshape(field, described.getDimsList(), described.getReshape(), spec);
            } else {
                requireDims(field, described.getDimsList(), spec);
            }
        }
    }

    private static TensorSpec find(List<TensorSpec> specs, String name, String kind) {
        return specs.stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                ConfigText.refused(
                                        "the model has no %s '%s'; it has %s"
                                                .formatted(
                                                        kind,
                                                        ServingException.clip(name),
                                                        quoted(
                                                                specs.stream()
                                                                        .map(TensorSpec::name)
                                                                        .toList())),
                                        null));
    }

    private static String quoted(List<String> names) {
        return names.stream()
                .limit(16)
                .map(name -> "'" + ServingException.clip(name) + "'")
                .collect(Collectors.joining(", "));
    }

    private static void requireType(String field, DataType type, TensorSpec spec) {
        var datatype = TritonTypes.of(type);
        if (datatype.isPresent() && datatype.get() != spec.datatype()) {
            throw ConfigText.refused(
                    "%s is %s, but the model's is %s"
                            .formatted(field, type, TritonTypes.of(spec.datatype())),
                    null);
        }
    }

    private void requireDims(String field, List<Long> dims, TensorSpec spec) {
        if (!dims.isEmpty()) {
            requireFit(field + " has dims", dims, spec);
        }
    }

    private void requireFit(String what, List<Long> dims, TensorSpec spec) {
        long[] model = axes(spec);
        if (!spec.shape().isUnknown() && !fits(dims, model)) {
            throw ConfigText.refused(
                    "%s %s, but the model's are %s%s"
                            .formatted(
                                    what,
                                    dims,
                                    Arrays.toString(model),
                                    batched
                                            ? " behind the batch's axis"
                                            : ", its first axis included, for max_batch_size is 0"),
                    null);
        }
    }

    /// Without the batch's axis, where there is one.
    private long[] axes(TensorSpec spec) {
        return LongStream.of(spec.shape().toArray()).skip(batched ? 1 : 0).toArray();
    }

    private static boolean fits(List<Long> dims, long[] model) {
        if (dims.size() != model.length) {
            return false;
        }
        for (int i = 0; i < model.length; i++) {
            if (model[i] != Shape.ANY && model[i] != dims.get(i)) {
                return false;
            }
        }
        return true;
    }

    private void requireReshape(
            String field, List<Long> dims, ModelTensorReshape reshape, TensorSpec spec) {
        var shape = reshape.getShapeList();
        if (elements(dims) != elements(shape) || openAxes(dims) != openAxes(shape)) {
            throw ConfigText.refused(
                    "%s cannot be reshaped from dims %s to %s, which hold other numbers of elements"
                            .formatted(field, dims, shape),
                    null);
        }
        requireFit(field + " is reshaped to", shape, spec);
    }

    /// Of all axes whose length is given.
    private static long elements(List<Long> dims) {
        try {
            return dims.stream().filter(axis -> axis != Shape.ANY).reduce(1L, Math::multiplyExact);
        } catch (ArithmeticException e) {
            throw ConfigText.refused("dims %s hold too many elements".formatted(dims), e);
        }
    }

    private static long openAxes(List<Long> dims) {
        return dims.stream().filter(axis -> axis == Shape.ANY).count();
    }
}
