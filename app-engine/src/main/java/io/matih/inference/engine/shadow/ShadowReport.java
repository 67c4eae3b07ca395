package io.matih.inference.engine.shadow;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A comparison as it stands.
///
/// @param ended whether nothing more is compared, because its time is over
/// @param samples rows that were asked of both
/// @param requests that were mirrored and have come back
/// @param primaryFailed requests that the primary did not answer
/// @param failed requests that the shadow did not answer
/// @param lastFailure of the shadow
/// @param unshared outputs that are not compared, and why
public record ShadowReport(
        ShadowKey key,
        ShadowPolicy policy,
        Instant since,
        boolean ended,
        Verdict verdict,
        long samples,
        long requests,
        long dropped,
        long primaryFailed,
        long failed,
        @Nullable String lastFailure,
        Interval agreement,
        Percentiles primaryLatency,
        Percentiles shadowLatency,
        List<OutputReport> outputs,
        Map<String, String> unshared,
        List<Disagreement> worst) {
    public ShadowReport {
        outputs = List.copyOf(outputs);
        unshared = Map.copyOf(unshared);
        worst = List.copyOf(worst);
    }

    /// In milliseconds; 0 where nothing was measured.
    public record Percentiles(double p50, double p95, double p99) {
        static Percentiles of(Latencies latencies) {
            return new Percentiles(
                    latencies.millis(0.5), latencies.millis(0.95), latencies.millis(0.99));
        }
    }
}
