package io.matih.inference.server.bench.suite;

import java.time.Duration;

/// How long to measure.
///
/// @param rounds in which all sides take their turn
/// @param warmup of each side before the first round
/// @param turn of one side in one round
/// @param swaps deploys of the hot-swap row
public record Timing(int rounds, Duration warmup, Duration turn, int swaps) {
    /// The whole suite in two minutes: shows wrong answers, and speed roughly.
    public static Timing quick() {
        return new Timing(3, Duration.ofMillis(1500), Duration.ofMillis(700), 10);
    }

    public static Timing full() {
        return new Timing(7, Duration.ofSeconds(15), Duration.ofSeconds(3), 200);
    }
}
