package io.matih.inference.engine.model;

import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/// How a model's tensors look to those who ask it, where that differs from how the model has them.
///
/// @param inputs shapes by name
/// @param outputs shapes by name
/// @param labels names of classes by output, beside those that the model's own file has
public record Presentation(
        Map<String, Reshape> inputs,
        Map<String, Reshape> outputs,
        Map<String, List<String>> labels) {
    public static final Presentation NONE = new Presentation(Map.of(), Map.of(), Map.of());

    public Presentation {
        inputs = Map.copyOf(inputs);
        outputs = Map.copyOf(outputs);
        labels = Map.copyOf(labels);
    }

    /// What a model declares, as those who ask it see it.
    ModelMetadata of(ModelMetadata metadata, boolean batched) {
        if (equals(NONE)) {
            return metadata;
        }
        return metadata.presentedAs(
                specs(metadata.inputs(), inputs, batched),
                specs(metadata.outputs(), outputs, batched),
                labels);
    }

    private static List<TensorSpec> specs(
            List<TensorSpec> specs, Map<String, Reshape> reshapes, boolean batched) {
        return specs.stream()
                .map(
                        spec -> {
                            var reshape = reshapes.get(spec.name());
                            return reshape == null
                                    ? spec
                                    : new TensorSpec(
                                            spec.name(),
                                            spec.datatype(),
                                            reshape.fromModel(spec.shape(), batched),
                                            spec.optional());
                        })
                .toList();
    }

    /// A request's inputs, checked, as the model takes them.
    public List<Tensor> toModel(List<Tensor> tensors, boolean batched) {
        return reshaped(tensors, inputs, (reshape, shape) -> reshape.toModel(shape, batched));
    }

    /// A model's outputs as they are answered.
    public List<Tensor> fromModel(List<Tensor> tensors, boolean batched) {
        return reshaped(tensors, outputs, (reshape, shape) -> reshape.fromModel(shape, batched));
    }

    private static List<Tensor> reshaped(
            List<Tensor> tensors,
            Map<String, Reshape> reshapes,
            BiFunction<Reshape, Shape, Shape> change) {
        if (reshapes.isEmpty()) {
            return tensors;
        }
        return tensors.stream()
                .map(
                        tensor -> {
                            var reshape = reshapes.get(tensor.name());
                            return reshape == null
                                    ? tensor
                                    : new Tensor(
                                            tensor.name(),
                                            tensor.datatype(),
                                            change.apply(reshape, tensor.shape()),
                                            tensor.data());
                        })
                .toList();
    }
}
