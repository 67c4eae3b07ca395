package io.matih.inference.engine.telemetry;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Counts values by size, exactly as its bounds say. Micrometer's summaries round every value up to
/// a whole number first, so that nothing is ever counted below 1 ms. Any thread; recording takes no
/// lock and no memory.
public final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /// @param bounds ascending; a value counts in the first that it does not exceed
    Histogram(double[] bounds) {
        this.bounds = bounds;
        counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void record(double value) {
        int bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(value);
    }

    /// Values by bucket, each by itself; the last counts those above all bounds.
    public long[] counts() {
        var values = new long[counts.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = counts[i].sum();
        }
        return values;
    }

    public double sum() {
        return sum.sum();
    }
}
