package io.matih.inference.engine.telemetry;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What one deployed version was asked and how it went, counted as Triton counts (`ModelStatistics`
/// of its statistics extension). Nothing here goes down while the version is deployed.
///
/// @param lastInference when it was executed last; absent where it never was
/// @param inferences rows of all requests that were executed and answered
/// @param executions executions that succeeded, however many requests each of them served
/// @param success requests that were answered, from cache or not, from receipt to answer
/// @param fail requests that were let in and failed
/// @param queue waiting for an instance; counts what `success` counts
/// @param computeInput copying inputs; each request counts the whole of its batch, here and below
/// @param computeInfer the runtime's own run
/// @param computeOutput copying outputs
/// @param cacheHit requests that were answered from the response cache, and the look-ups
/// @param cacheMiss requests that asked the cache in vain, their look-ups and what keeping took
/// @param failures what `fail` counts, by reason
/// @param batches executions by rows, ascending
/// @param loadNanos how long bringing it into memory took the last time; 0 before
public record ModelStatistics(
        @Nullable Instant lastInference,
        long inferences,
        long executions,
        Total success,
        Total fail,
        Total queue,
        Total computeInput,
        Total computeInfer,
        Total computeOutput,
        Total cacheHit,
        Total cacheMiss,
        Map<FailureReason, Long> failures,
        List<Batch> batches,
        long loadNanos) {
    public ModelStatistics {
        failures = Map.copyOf(failures);
        batches = List.copyOf(batches);
    }

    /// How often, and how long altogether.
    public record Total(long count, long nanos) {}

    /// Executions of so many rows.
    public record Batch(int rows, Total computeInput, Total computeInfer, Total computeOutput) {}
}
