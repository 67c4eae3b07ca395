package io.matih.inference.engine.shadow;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What was counted of one output, as it is stored.
///
/// @param rule what agreement means
/// @param cosineMin absent where it was not measured
/// @param primaryValues counts by bucket of `Distribution`
/// @param primaryLabels counts by label
public record OutputState(
        OutputRule rule,
        long elements,
        double maxAbsDiff,
        double sumAbsDiff,
        @Nullable Double cosineMin,
        Map<Integer, Long> primaryValues,
        Map<Integer, Long> shadowValues,
        Map<String, Long> primaryLabels,
        Map<String, Long> shadowLabels) {}
