package io.matih.inference.server.bench;

/// The times of one run, in nanoseconds on the clock of `System.nanoTime`.
///
/// @param started when the warm-up begins
/// @param from when counting begins
/// @param to when it ends
record Window(long started, long from, long to) {
    static Window of(LoadPlan plan, long start) {
        long from = start + plan.warmup().toNanos();
        return new Window(start, from, from + plan.duration().toNanos());
    }

    boolean contains(long nanos) {
        return nanos - from >= 0 && nanos - to < 0;
    }
}
