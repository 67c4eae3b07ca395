package io.matih.inference.engine.shadow;

import io.matih.inference.engine.shadow.Verdict.Outcome;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Holds a comparison against its gate. People and programs look at it all the time, so a verdict
/// rests on bounds that hold at every moment together: that a candidate ever fails which keeps to
/// its gate, or ever passes which does not agree often enough, has a probability of 5 % at most,
/// half of it for agreement and half for latency.
final class Judge {
    private static final double P99 = 0.99;
    private static final double PERCENT = 100;
    private static final BetaMixture AGREEMENT = new BetaMixture(0.025);

    /// Of one side; both sides are bounded.
    private static final BetaMixture LATENCY = new BetaMixture(0.0125);

    private final Gate gate;

    Judge(Gate gate) {
        this.gate = gate;
    }

    /// @param trials rows that were asked of both
    /// @param candidate latencies of the version that is judged
    /// @param reference those of the other
    Verdict judge(long trials, long agreed, Latencies candidate, Latencies reference) {
        var failures = new ArrayList<String>();
        boolean below =
                agreed < gate.minAgreement() * trials
                        && AGREEMENT.rulesOut(gate.minAgreement(), agreed, trials);
        if (below) {
            failures.add(
                    "agreement is %s, surely below %s"
                            .formatted(
                                    percent((double) agreed / trials),
                                    percent(gate.minAgreement())));
        }
        if (isSlower(candidate, reference)) {
            failures.add(
                    "p99 is %s ms where the other version has %s ms, surely more than %s times as long"
                            .formatted(
                                    millis(candidate.millis(P99)),
                                    millis(reference.millis(P99)),
                                    gate.maxP99Ratio()));
        }
        if (!failures.isEmpty()) {
            return new Verdict(Outcome.FAIL, failures);
        }
        if (trials < gate.minSamples()) {
            return new Verdict(
                    Outcome.INSUFFICIENT,
                    List.of("%d of %d samples".formatted(trials, gate.minSamples())));
        }
        double low = AGREEMENT.low(agreed, trials);
        if (low < gate.minAgreement()) {
            return new Verdict(
                    Outcome.INSUFFICIENT,
                    List.of(
                            "agreement of %s over %d samples is surely at least %s so far; %s is asked"
                                    .formatted(
                                            percent((double) agreed / trials),
                                            trials,
                                            percent(low),
                                            percent(gate.minAgreement()))));
        }
        return new Verdict(
                Outcome.PASS,
                List.of(
                        "agreement of %s over %d samples is surely at least %s; %s is asked"
                                .formatted(
                                        percent((double) agreed / trials),
                                        trials,
                                        percent(low),
                                        percent(gate.minAgreement())),
                        "p99 of %s ms beside %s ms is not more than %s times as long, or not surely"
                                .formatted(
                                        millis(candidate.millis(P99)),
                                        millis(reference.millis(P99)),
                                        gate.maxP99Ratio())));
    }

    /// Whether the candidate's 99th percentile is surely above the limit, and by more than the
    /// slack.
    private boolean isSlower(Latencies candidate, Latencies reference) {
        long below = LATENCY.rankBelow(P99, candidate.count());
        long above = LATENCY.rankAbove(P99, reference.count());
        if (below == 0 || above < 0) {
            return false;
        }
        double least = candidate.millisAtRank(below + 1);
        double most = reference.millisAtRank(above);
        return least > gate.maxP99Ratio() * most && least - most > gate.p99SlackMillis();
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", share * PERCENT);
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.3f", millis);
    }
}
