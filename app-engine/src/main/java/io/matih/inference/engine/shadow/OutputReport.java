package io.matih.inference.engine.shadow;

import org.jspecify.annotations.Nullable;

/// What is known of one output.
///
/// @param maxAbsDiff the greatest difference of two elements; for labels 1 where any differs
/// @param meanAbsDiff over all elements; for labels the share that differs
/// @param cosineMin the least similarity of two rows; absent where a row is one element
/// @param psi population stability index of the shadow's values against the primary's
/// @param ks greatest difference of the cumulative shares; absent for labels
public record OutputReport(
        String name,
        OutputRule.Comparator comparator,
        double maxAbsDiff,
        double meanAbsDiff,
        @Nullable Double cosineMin,
        double psi,
        @Nullable Double ks) {}
