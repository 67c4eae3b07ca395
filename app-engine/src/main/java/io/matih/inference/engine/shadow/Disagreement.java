package io.matih.inference.engine.shadow;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A row on which two versions disagreed.
///
/// @param id the request's own; absent where it had none
/// @param row within the request, from 0
/// @param score the greatest difference of two elements of an output that disagrees
/// @param request the row's inputs
/// @param primary what the primary answered
/// @param shadow what the shadow answered
public record Disagreement(
        @Nullable String id,
        long row,
        double score,
        List<Sample> request,
        List<Sample> primary,
        List<Sample> shadow) {
    public Disagreement {
        request = List.copyOf(request);
        primary = List.copyOf(primary);
        shadow = List.copyOf(shadow);
    }
}
