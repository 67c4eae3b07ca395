package io.matih.inference.engine.cache;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// A load that failed, and when the next request may try again: after a second, then twice as long
/// each time, up to a minute.
///
/// @param failures in a row
/// @param retryNanos the moment, by the cache's clock
record Backoff(ServingException failure, int failures, long retryNanos) {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int DOUBLINGS = 6;

    /// @param before the failure before this one; absent: none since the last success
    static Backoff after(@Nullable Backoff before, ServingException failure, long now) {
        // Room may come free at any moment; what is wrong with a model stays wrong for longer.
        int failures =
                before == null || failure.code() == ErrorCode.CACHE_BUDGET
                        ? 1
                        : before.failures + 1;
        long wait = FIRST.toNanos() << Math.min(DOUBLINGS, failures - 1);
        return new Backoff(failure, failures, now + Math.min(LONGEST.toNanos(), wait));
    }

    boolean isOver(long now) {
        return now - retryNanos >= 0;
    }

    Duration left(long now) {
        return Duration.ofNanos(Math.max(1, retryNanos - now));
    }
}
