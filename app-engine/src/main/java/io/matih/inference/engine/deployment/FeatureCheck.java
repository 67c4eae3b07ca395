package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Holds the declared columns against the model's inputs, so that a wrong name shows at the deploy
/// and not at the first request.
final class FeatureCheck {
    private FeatureCheck() {}

    /// @throws ServingException `CONFIG_INVALID`
    static void require(Map<String, List<String>> features, ModelMetadata metadata) {
        features.forEach((input, columns) -> require(input, columns, metadata));
    }

    private static void require(String input, List<String> columns, ModelMetadata metadata) {
        var field = "features." + ServingException.clip(input);
        var spec =
                metadata.inputs().stream()
                        .filter(declared -> declared.name().equals(input))
                        .findFirst()
                        .orElseThrow(() -> unknown(field, metadata));
        if (columns.isEmpty() || new HashSet<>(columns).size() != columns.size()) {
            throw invalid(
                    field,
                    "names %d columns, some of them twice or none at all".formatted(columns.size()),
                    "each column once");
        }
        long expected = elementsPerRow(spec);
        if (expected >= 0 && expected != columns.size()) {
            throw invalid(
                    field,
                    "names %d columns, but a row of this input has %d elements (%s)"
                            .formatted(columns.size(), expected, spec.shape()),
                    expected + " columns");
        }
    }

    /// @return -1 where an axis but the first is open
    private static long elementsPerRow(TensorSpec spec) {
        var axes = spec.shape().toArray();
        long count = 1;
        for (int i = 1; i < axes.length; i++) {
            if (axes[i] < 0) {
                return Shape.ANY;
            }
            count = Math.multiplyExact(count, axes[i]);
        }
        return spec.shape().isUnknown() ? Shape.ANY : count;
    }

    private static ServingException unknown(String field, ModelMetadata metadata) {
        var inputs =
                metadata.inputs().stream()
                        .map(spec -> ServingException.clip(spec.name()))
                        .collect(Collectors.joining(", "));
        return invalid(field, "is not an input of this model", inputs);
    }

    private static ServingException invalid(String field, String what, String expected) {
        return new ServingException(
                ErrorCode.CONFIG_INVALID,
                "%s %s; allowed: %s".formatted(field, what, expected),
                new ErrorDetail(field, expected, null));
    }
}
