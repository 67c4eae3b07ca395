package io.matih.inference.engine.shadow;

import io.matih.inference.engine.shadow.OutputRule.Comparator;
import io.matih.inference.engine.tensor.Tensor;

/// What agreement means where the operator has not said: by what an output's first answer looks
/// like.
final class DefaultRules {
    private static final double SUM_TOLERANCE = 0.01;

    private DefaultRules() {}

    /// @param labelled whether its columns are known to be classes
    static OutputRule of(Tensor output, boolean labelled) {
        if (!output.datatype().isFloating()) {
            return OutputRule.of(Comparator.LABEL);
        }
        long columns = output.shape().rank() == 0 ? 1 : output.shape().elementsPerRow();
        if (columns == 1 || output.shape().rank() > 2) {
            return OutputRule.of(Comparator.NUMERIC);
        }
        return OutputRule.of(
                labelled || holdsProbabilities(output, columns)
                        ? Comparator.PROBABILITIES
                        : Comparator.COSINE);
    }

    private static boolean holdsProbabilities(Tensor output, long columns) {
        var values = new Values(output);
        for (long row = 0; row < output.rows(); row++) {
            double sum = 0;
            for (long column = 0; column < columns; column++) {
                double value = values.number(row * columns + column);
                if (!(value >= 0 && value <= 1)) {
                    return false;
                }
                sum += value;
            }
            if (Math.abs(sum - 1) > SUM_TOLERANCE) {
                return false;
            }
        }
        return output.rows() > 0;
    }
}
