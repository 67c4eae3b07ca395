package io.matih.inference.engine.telemetry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Events per second over the last ten full seconds; 0 once nothing came for that long. Any thread,
/// no lock. Each slot is one second's number and its count in one word, so a slot of an older turn
/// is replaced in the same step that counts.
final class RateWindow {
    private static final int SECONDS = 10;
    private static final int SLOTS = SECONDS + 2;
    private static final int COUNT_BITS = 32;
    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

    private final LongSupplier clock;
    private final long origin;
    private final AtomicLong[] slots = new AtomicLong[SLOTS];

    RateWindow(LongSupplier nanoClock) {
        clock = nanoClock;
        origin = nanoClock.getAsLong();
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new AtomicLong(0);
        }
    }

    void count() {
        long second = second();
        slots[(int) (second % SLOTS)].updateAndGet(
                slot -> slot >>> COUNT_BITS == second ? slot + 1 : second << COUNT_BITS | 1);
    }

    double perSecond() {
        long now = second();
        long sum = 0;
        for (var slot : slots) {
            long value = slot.get();
            long age = now - (value >>> COUNT_BITS);
            if (age >= 1 && age <= SECONDS) {
                sum += value & COUNT_MASK;
            }
        }
        return (double) sum / SECONDS;
    }

    /// Seconds since construction, from 100 on, so that an untouched slot is always old.
    private long second() {
        return (clock.getAsLong() - origin) / 1_000_000_000L + 100;
    }
}
