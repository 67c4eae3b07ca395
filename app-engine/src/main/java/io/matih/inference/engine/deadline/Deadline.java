package io.matih.inference.engine.deadline;

import java.time.Duration;

/// A moment on the monotonic clock after which an answer is no longer wanted. Wall-clock changes do
/// not move it.
///
/// @param nanoTime the moment, as `System.nanoTime()` counts
public record Deadline(long nanoTime) {
    private static final long FAR_NANOS = Duration.ofDays(365).toNanos();

    public static Deadline after(Duration duration) {
        return new Deadline(System.nanoTime() + Math.min(FAR_NANOS, duration.toNanos()));
    }

    public static Deadline never() {
        return new Deadline(System.nanoTime() + FAR_NANOS);
    }

    /// Nanoseconds left; zero or negative once it has passed.
    public long remainingNanos() {
        return nanoTime - System.nanoTime();
    }

    public boolean passed() {
        return remainingNanos() <= 0;
    }
}
