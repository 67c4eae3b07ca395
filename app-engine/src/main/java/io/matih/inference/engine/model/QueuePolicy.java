package io.matih.inference.engine.model;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// How requests may wait for an instance, by the names of Triton's `ModelQueuePolicy`.
///
/// @param timeoutAction what happens to a request that waited for `defaultTimeoutMicros`
/// @param defaultTimeoutMicros how long a request may wait before it runs; 0: as long as its own
///   timeout allows
/// @param allowTimeoutOverride whether a request's own, shorter timeout counts
/// @param maxQueueSize requests that may wait, at each priority
public record QueuePolicy(
        TimeoutAction timeoutAction,
        long defaultTimeoutMicros,
        boolean allowTimeoutOverride,
        int maxQueueSize) {
    public static final int DEFAULT_MAX_QUEUE_SIZE = 1000;
    public static final QueuePolicy DEFAULT =
            new QueuePolicy(TimeoutAction.REJECT, 0, true, DEFAULT_MAX_QUEUE_SIZE);

    public Duration defaultTimeout() {
        return Duration.of(defaultTimeoutMicros, TimeUnit.MICROSECONDS.toChronoUnit());
    }

    /// What happens to a request that waited too long.
    public enum TimeoutAction {
        /// It is refused.
        REJECT,
        /// It runs once nothing else of its priority waits.
        DELAY
    }
}
