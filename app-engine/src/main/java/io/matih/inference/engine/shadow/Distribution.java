package io.matih.inference.engine.shadow;

import java.util.Map;
import java.util.TreeMap;

/// How often which numbers occurred, in constant memory: counts on a logarithmic scale, each bucket
/// 2 % wide, from 10⁻⁹ to 10⁹ on both sides of zero. Two of them have the same buckets, so they can
/// be compared without having kept a value.
final class Distribution {
    private static final double SMALLEST = 1e-9;
    private static final double LARGEST = 1e9;
    private static final double LOG_STEP = Math.log(1.02);
    private static final int SIDE = (int) Math.ceil(Math.log(LARGEST / SMALLEST) / LOG_STEP) + 1;
    private static final int ZERO = SIDE;
    private static final int NOT_A_NUMBER = 2 * SIDE + 1;
    private static final int BINS = 10;

    private final long[] counts = new long[NOT_A_NUMBER + 1];
    private long total;

    void add(double value) {
        counts[bucket(value)]++;
        total++;
    }

    private static int bucket(double value) {
        if (Double.isNaN(value)) {
            return NOT_A_NUMBER;
        }
        double size = Math.abs(value);
        if (size < SMALLEST) {
            return ZERO;
        }
        int step = 1 + (int) Math.min(SIDE - 1.0, Math.floor(Math.log(size / SMALLEST) / LOG_STEP));
        return value > 0 ? ZERO + step : ZERO - step;
    }

    /// The greatest difference between the two cumulative shares (Kolmogorov and Smirnov), to a
    /// bucket's width.
    ///
    /// @return 0 where one has no value
    double ks(Distribution other) {
        if (total == 0 || other.total == 0) {
            return 0;
        }
        double greatest = 0;
        long ours = 0;
        long theirs = 0;
        for (int i = 0; i < counts.length; i++) {
            ours += counts[i];
            theirs += other.counts[i];
            greatest =
                    Math.max(
                            greatest,
                            Math.abs((double) ours / total - (double) theirs / other.total));
        }
        return greatest;
    }

    /// The population stability index of `other` against this one, over this one's tenths.
    double psi(Distribution other) {
        var expected = new long[BINS];
        var actual = new long[BINS];
        int bin = 0;
        long before = 0;
        for (int i = 0; i < counts.length; i++) {
            expected[bin] += counts[i];
            actual[bin] += other.counts[i];
            before += counts[i];
            // A bin ends where its tenth is reached; values that no bucket divides stay together.
            while (bin < BINS - 1 && before * BINS >= (bin + 1) * total && counts[i] > 0) {
                bin++;
            }
        }
        return Stability.index(expected, actual);
    }

    Map<Integer, Long> state() {
        var state = new TreeMap<Integer, Long>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                state.put(i, counts[i]);
            }
        }
        return state;
    }

    static Distribution of(Map<Integer, Long> state) {
        var distribution = new Distribution();
        state.forEach(
                (bucket, count) -> {
                    if (bucket >= 0 && bucket < distribution.counts.length) {
                        distribution.counts[bucket] += count;
                        distribution.total += count;
                    }
                });
        return distribution;
    }
}
