package io.matih.inference.engine.telemetry;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.LongSupplier;

/// Latencies of the last minute, for percentiles in tables. Recording takes no lock and no memory:
/// a value goes to one of 16 buckets per power of two (an error of at most 6 %), in the slot of its
/// ten seconds; a slot is wiped by the first value of its next turn. Any thread.
final class LatencyWindow {
    private static final int SLOTS = 7;
    private static final long SLOT_NANOS = 10_000_000_000L;
    private static final int PER_OCTAVE = 16;
    private static final int BUCKETS = 40 * PER_OCTAVE;

    private final LongSupplier clock;
    private final Slot[] slots = new Slot[SLOTS];

    LatencyWindow(LongSupplier nanoClock) {
        clock = nanoClock;
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Slot();
        }
    }

    void record(long nanos) {
        current().counts.incrementAndGet(bucket(Math.max(1, nanos)));
    }

    /// The value in nanoseconds that the fraction `quantile` of the last minute stays below; 0
    /// where there was none.
    long quantile(double quantile) {
        long turn = Math.floorDiv(clock.getAsLong(), SLOT_NANOS);
        var sums = new long[BUCKETS];
        long total = 0;
        for (var slot : slots) {
            if (turn - slot.turn < SLOTS - 1) {
                for (int i = 0; i < BUCKETS; i++) {
                    sums[i] += slot.counts.get(i);
                    total += slot.counts.get(i);
                }
            }
        }
        long rank = (long) Math.ceil(quantile * total);
        for (int i = 0; i < BUCKETS && total > 0; i++) {
            rank -= sums[i];
            if (rank <= 0) {
                return upperBound(i);
            }
        }
        return 0;
    }

    private Slot current() {
        long turn = Math.floorDiv(clock.getAsLong(), SLOT_NANOS);
        var slot = slots[Math.floorMod(turn, SLOTS)];
        if (slot.turn != turn) {
            slot.startOver(turn);
        }
        return slot;
    }

    private static int bucket(long nanos) {
        int octave = 63 - Long.numberOfLeadingZeros(nanos);
        int step =
                octave < 4
                        ? (int) (nanos - (1L << octave))
                        : (int) (nanos >>> (octave - 4)) - PER_OCTAVE;
        return Math.min(BUCKETS - 1, octave * PER_OCTAVE + step);
    }

    private static long upperBound(int bucket) {
        int octave = bucket / PER_OCTAVE;
        int step = bucket % PER_OCTAVE;
        return octave < 4 ? (1L << octave) + step : (long) (PER_OCTAVE + step + 1) << (octave - 4);
    }

    private static final class Slot {
        private final AtomicIntegerArray counts = new AtomicIntegerArray(BUCKETS);
        private volatile long turn = Long.MIN_VALUE / 2;

        private synchronized void startOver(long newTurn) {
            if (turn == newTurn) {
                return;
            }
            for (int i = 0; i < BUCKETS; i++) {
                counts.set(i, 0);
            }
            turn = newTurn;
        }
    }
}
