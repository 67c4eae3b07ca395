package io.matih.inference.engine.shadow;

import java.time.Duration;

/// What a candidate has to show before it may take over.
///
/// @param minSamples rows that are compared before there is a verdict
/// @param minAgreement share of the rows, 0 to 1, that must agree
/// @param maxP99Ratio how many times the other's 99th percentile latency its own may be
/// @param p99SlackMillis a difference of latency below this never counts
/// @param duration after which nothing more is compared
/// @param promotes whether a candidate that passes is promoted without being asked
/// @param rollbackWindow how long the version that it replaced goes on watching; whoever breaks the
///   gate meanwhile is rolled back. Zero: it does not
public record Gate(
        long minSamples,
        double minAgreement,
        double maxP99Ratio,
        double p99SlackMillis,
        Duration duration,
        boolean promotes,
        Duration rollbackWindow) {
    public static final Duration LONGEST = Duration.ofDays(30);
    public static final Gate DEFAULT =
            new Gate(1000, 0.99, 1.1, 1, Duration.ofDays(7), false, Duration.ZERO);
}
