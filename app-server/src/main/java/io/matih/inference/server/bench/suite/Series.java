package io.matih.inference.server.bench.suite;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/// One quantity, measured in each round.
///
/// @param values by round
/// @param goal of the median; absent for what only explains
public record Series(String label, Unit unit, List<Double> values, @Nullable Goal goal) {
    public Series {
        values = List.copyOf(values);
    }

    /// What the numbers count.
    public enum Unit {
        PER_SECOND,
        MILLIS,
        RATIO,
        PERCENT,
        COUNT
    }

    static Series of(String label, Unit unit, List<Double> values) {
        return new Series(label, unit, values, null);
    }

    /// Round by round, so that what disturbed a round disturbs both sides.
    static Series combined(
            String label,
            List<Double> left,
            List<Double> right,
            DoubleBinaryOperator operator,
            @Nullable Goal goal) {
        var values = new ArrayList<Double>();
        for (int i = 0; i < left.size(); i++) {
            values.add(operator.applyAsDouble(left.get(i), right.get(i)));
        }
        return new Series(label, Unit.RATIO, values, goal);
    }

    static Series ratio(String label, List<Double> left, List<Double> right, @Nullable Goal goal) {
        return combined(label, left, right, (a, b) -> a / b, goal);
    }

    public double median() {
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    public double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    public double most() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
