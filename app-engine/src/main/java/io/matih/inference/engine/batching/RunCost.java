package io.matih.inference.engine.batching;

import java.util.concurrent.atomic.AtomicLongArray;

/// How long runs of so many rows take, learned from runs. Moves down fast and up slowly, so that
/// neither the first, cold run nor a single interruption is believed for long. Any thread; of two
/// concurrent updates one may be lost.
final class RunCost {
    static final long UNKNOWN = Long.MAX_VALUE;
    private static final int BUCKETS = 32;
    private static final int LARGEST_STEP = 8;

    /// By the power of two that the rows do not exceed; 0 where nothing is known.
    private final AtomicLongArray nanos = new AtomicLongArray(BUCKETS);

    void record(int rows, long taken) {
        int bucket = bucket(rows);
        long known = nanos.getPlain(bucket);
        long sample = Math.max(1, taken);
        long next =
                known == 0
                        ? sample
                        : sample < known
                                ? known - (known - sample) / 4
                                : known + (Math.min(sample, known * LARGEST_STEP) - known) / 16;
        nanos.setPlain(bucket, Math.max(1, next));
    }

    /// In nanoseconds; what is not known is scaled from the nearest size below, else taken from the
    /// nearest above.
    long estimate(int rows) {
        int bucket = bucket(rows);
        for (int i = bucket; i >= 0; i--) {
            long known = nanos.getPlain(i);
            if (known != 0) {
                return known << (bucket - i);
            }
        }
        for (int i = bucket + 1; i < BUCKETS; i++) {
            long known = nanos.getPlain(i);
            if (known != 0) {
                return known;
            }
        }
        return UNKNOWN;
    }

    private static int bucket(int rows) {
        return rows <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(rows - 1);
    }
}
