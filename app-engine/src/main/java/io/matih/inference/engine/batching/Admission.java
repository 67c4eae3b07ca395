package io.matih.inference.engine.batching;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.QueuePolicy;
import io.matih.inference.engine.model.QueuePolicy.TimeoutAction;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// Decides at the door whether a request may wait. One that would, by all experience, wait past the
/// limit is refused at once: so it learns in microseconds what it would otherwise learn after the
/// wait, and no work is spent on answers that come too late. Guarded by the batcher's lock.
final class Admission {
    private static final Duration SHORTEST_RETRY = Duration.ofMillis(100);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

    private final String label;
    private final WaitingRoom room;
    private final RunCost cost;
    private final int maxRows;
    private final int instances;
    private final long longestQueueNanos;

    Admission(
            String label, WaitingRoom room, RunCost cost, BatcherSettings settings, int instances) {
        this.label = label;
        this.room = room;
        this.cost = cost;
        this.maxRows = Math.max(1, settings.maxRows());
        this.instances = instances;
        this.longestQueueNanos = settings.longestQueue().toNanos();
    }

    /// @return why the request may not wait; absent where it may
    @Nullable ServingException refusal(Work work, long nowNanos) {
        if (room.isEmpty()) {
            return null;
        }
        var policy = room.policy(work.priority());
        if (room.isFull(work.priority())) {
            return new ServingException(
                            ErrorCode.QUEUE_FULL,
                            "%s has %d requests waiting, as many as max_queue_size allows"
                                    .formatted(label, policy.maxQueueSize()))
                    .withRetryAfter(retryAfter(expectedWait()));
        }
        long expected = expectedWait();
        long limit = limit(work, policy, work.deadline().nanoTime() - nowNanos);
        if (expected <= limit) {
            return null;
        }
        return new ServingException(
                        ErrorCode.OVERLOADED,
                        "%s is overloaded: a request would wait %d ms, longer than the %d ms it may"
                                .formatted(label, expected / 1_000_000, limit / 1_000_000))
                .withRetryAfter(retryAfter(expected));
    }

    private long limit(Work work, QueuePolicy policy, long leftNanos) {
        if (policy.timeoutAction() == TimeoutAction.DELAY) {
            return leftNanos;
        }
        if (policy.defaultTimeoutMicros() > 0) {
            return Math.min(leftNanos, policy.defaultTimeoutMicros() * 1000);
        }
        return work.patient() ? leftNanos : Math.min(leftNanos, longestQueueNanos);
    }

    /// How long a request that comes now waits until it runs, in nanoseconds: half a run for what
    /// is running, and a run for every batch that leaves before its own.
    private long expectedWait() {
        int rows = room.joins() ? maxRows : 1;
        int batches = (room.joins() ? room.rows() : room.works()) / rows;
        long run = cost.estimate(batches == 0 ? Math.min(rows, room.rows()) : rows);
        return run == RunCost.UNKNOWN ? 0 : (run / 2 + batches * run) / instances;
    }

    private static Duration retryAfter(long expectedNanos) {
        var wait = Duration.ofNanos(expectedNanos);
        return wait.compareTo(SHORTEST_RETRY) < 0
                ? SHORTEST_RETRY
                : wait.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wait;
    }
}
