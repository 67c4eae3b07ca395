package io.matih.inference.engine.shadow;

import org.jspecify.annotations.Nullable;

/// What is counted of one output. Guarded by its comparison.
final class OutputStatistics {
    /// Elements of a row whose values are counted; of longer rows every nth.
    private static final long MOST_COUNTED = 64;

    private final OutputRule rule;
    private final Distribution primaryValues;
    private final Distribution shadowValues;
    private final Categories primaryLabels;
    private final Categories shadowLabels;
    private long elements;
    private double maxAbsDiff;
    private double sumAbsDiff;
    private @Nullable Double cosineMin;

    OutputStatistics(OutputRule rule) {
        this.rule = rule;
        primaryValues = new Distribution();
        shadowValues = new Distribution();
        primaryLabels = new Categories();
        shadowLabels = new Categories();
    }

    OutputStatistics(OutputState state) {
        rule = state.rule();
        elements = state.elements();
        maxAbsDiff = state.maxAbsDiff();
        sumAbsDiff = state.sumAbsDiff();
        cosineMin = state.cosineMin();
        primaryValues = Distribution.of(state.primaryValues());
        shadowValues = Distribution.of(state.shadowValues());
        primaryLabels = Categories.of(state.primaryLabels());
        shadowLabels = Categories.of(state.shadowLabels());
    }

    OutputRule rule() {
        return rule;
    }

    void add(RowMatch match, long row) {
        boolean measures = rule.comparator().isNumeric();
        for (long i = row * match.width(); i < (row + 1) * match.width(); i++) {
            double difference = match.difference(i);
            maxAbsDiff = Math.max(maxAbsDiff, difference);
            sumAbsDiff += difference;
        }
        elements += match.width();
        if (measures && match.width() > 1) {
            double cosine = match.cosine(row);
            cosineMin = cosineMin == null ? cosine : Math.min(cosineMin, cosine);
        }
        long step = Math.max(1, match.width() / MOST_COUNTED);
        for (long i = row * match.width(); i < (row + 1) * match.width(); i += step) {
            if (measures) {
                primaryValues.add(match.primary().number(i));
                shadowValues.add(match.shadow().number(i));
            } else {
                primaryLabels.add(match.primary().shown(i).toString());
                shadowLabels.add(match.shadow().shown(i).toString());
            }
        }
    }

    OutputReport report(String name) {
        boolean measures = rule.comparator().isNumeric();
        return new OutputReport(
                name,
                rule.comparator(),
                maxAbsDiff,
                elements == 0 ? 0 : sumAbsDiff / elements,
                cosineMin,
                measures ? primaryValues.psi(shadowValues) : primaryLabels.psi(shadowLabels),
                measures ? primaryValues.ks(shadowValues) : null);
    }

    OutputState state() {
        return new OutputState(
                rule,
                elements,
                maxAbsDiff,
                sumAbsDiff,
                cosineMin,
                primaryValues.state(),
                shadowValues.state(),
                primaryLabels.state(),
                shadowLabels.state());
    }
}
