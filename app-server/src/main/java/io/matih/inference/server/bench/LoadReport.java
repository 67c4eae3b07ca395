package io.matih.inference.server.bench;

import org.HdrHistogram.Histogram;

import java.time.Duration;
import java.util.Map;

/// What a load came to.
///
/// @param duration the measured time
/// @param accepted latencies of good answers, in nanoseconds
/// @param refused latencies of all other answers
/// @param statuses how often each HTTP status came
/// @param completed good answers that came in the measured time
/// @param checked bodies compared with the expected answer
/// @param wrong how many of them differed
/// @param timeouts requests that got no answer in time
/// @param broken requests whose connection was closed, or got what is no answer
/// @param unsent requests that were due and found no free connection until the end
/// @param refusedWithoutRetryAfter answers 503 that do not say when to come again
/// @param cpuShare of all cores, spent by the generator
public record LoadReport(
        Duration duration,
        Histogram accepted,
        Histogram refused,
        Map<Integer, Long> statuses,
        long completed,
        long checked,
        long wrong,
        long timeouts,
        long broken,
        long unsent,
        long refusedWithoutRetryAfter,
        double cpuShare) {
    private static final double NANOS_PER_SECOND = 1e9;

    /// Good answers a second.
    public double throughput() {
        return completed * NANOS_PER_SECOND / duration.toNanos();
    }

    /// Answers that are not good, and requests without one.
    public long failed() {
        return refused.getTotalCount() + timeouts + broken + unsent;
    }
}
