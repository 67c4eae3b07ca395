package io.matih.inference.server.bench;

import java.util.SplittableRandom;

/// When the requests of one worker are due, in nanoseconds on the clock of `System.nanoTime`.
final class Schedule {
    private static final long SEED = 20_260_101;

    private final double gapNanos;
    private final Arrivals arrivals;
    private final SplittableRandom random;
    private double due;

    /// @param workers that share the rate
    Schedule(LoadPlan.Pace pace, int worker, int workers, long start) {
        this.gapNanos = 1e9 * workers / pace.rate();
        this.arrivals = pace.arrivals();
        this.random = new SplittableRandom(SEED + worker);
        // Workers take turns instead of starting together.
        this.due = start + gapNanos * worker / workers;
    }

    long due() {
        return (long) due;
    }

    void advance() {
        due +=
                switch (arrivals) {
                    case UNIFORM -> gapNanos;
                    case POISSON -> -gapNanos * Math.log(1 - random.nextDouble());
                };
    }
}
