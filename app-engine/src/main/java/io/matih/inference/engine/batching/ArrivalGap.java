package io.matih.inference.engine.batching;

/// The usual time between two arrivals, learned from them; and from it how long it is worth waiting
/// for another one. A long silence counts for no more than twice the longest wait, so that one
/// quiet hour is forgotten within a few requests. Guarded by the batcher's lock.
final class ArrivalGap {
    private static final int PATIENCE = 4;
    private static final int WEIGHT = 8;

    private final long longestWaitNanos;
    private long lastNanos;
    private long gapNanos;

    /// @param longestWaitNanos the operator's bound
    ArrivalGap(long longestWaitNanos, long nowNanos) {
        this.longestWaitNanos = longestWaitNanos;
        lastNanos = nowNanos;
        gapNanos = longestWaitNanos / PATIENCE;
    }

    void arrived(long nowNanos) {
        long gap = Math.min(nowNanos - lastNanos, 2 * longestWaitNanos);
        gapNanos += (gap - gapNanos) / WEIGHT;
        lastNanos = nowNanos;
    }

    /// When waiting stops being worth it, should nothing arrive until then: at once where the next
    /// arrival is not to be expected within the operator's bound.
    long giveUpNanos() {
        return gapNanos > longestWaitNanos ? lastNanos : lastNanos + PATIENCE * gapNanos;
    }
}
