package io.matih.inference.engine.shadow;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A comparison as it is stored.
///
/// @param trials rows that were asked of both, answered or not
/// @param agreed those on which both agree
/// @param failed requests that the shadow did not answer
/// @param primaryFailed requests that the primary did not answer
/// @param dropped requests that were not mirrored because the shadow did not keep up
/// @param primaryLatency a histogram, encoded
/// @param outputs by name
/// @param unshared outputs that were not compared, and why
/// @param lastFailure of the shadow
public record ComparisonState(
        Instant since,
        long requests,
        long trials,
        long agreed,
        long failed,
        long primaryFailed,
        long dropped,
        String primaryLatency,
        String shadowLatency,
        Map<String, OutputState> outputs,
        Map<String, String> unshared,
        List<Disagreement> worst,
        @Nullable String lastFailure) {
    public ComparisonState {
        outputs = Map.copyOf(outputs);
        unshared = Map.copyOf(unshared);
        worst = List.copyOf(worst);
    }

    /// Of one that begins.
    public static ComparisonState begin(Instant since) {
        return new ComparisonState(
                since, 0, 0, 0, 0, 0, 0, "", "", Map.of(), Map.of(), List.of(), null);
    }
}
