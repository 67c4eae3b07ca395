package io.matih.inference.engine.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.shadow.Verdict.Outcome;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

/// Verdicts of simulated candidates, looked at after every request, as people and automation do.
class JudgeTest {
    private static final int CANDIDATES = 1000;
    private static final int REQUESTS = 1500;
    private static final double MEAN_NANOS = 1e6;
    private static final double SPREAD = 0.5;

    private static final class Simulation {
        private final Random random;
        private final double agreement;
        private final double slowness;
        private final Judge judge = new Judge(Gate.DEFAULT);
        private final Latencies candidate = new Latencies();
        private final Latencies reference = new Latencies();
        private long agreed;

        private Simulation(long seed, double agreement, double slowness) {
            random = new Random(seed);
            this.agreement = agreement;
            this.slowness = slowness;
        }

        /// @return whether it ever came to `outcome`
        private boolean ever(Outcome outcome, int requests) {
            for (int trials = 1; trials <= requests; trials++) {
                agreed += random.nextDouble() < agreement ? 1 : 0;
                candidate.record((long) (nanos() * slowness));
                reference.record((long) nanos());
                if (judge.judge(trials, agreed, candidate, reference).outcome() == outcome) {
                    return true;
                }
            }
            return false;
        }

        private double nanos() {
            return MEAN_NANOS * 10 * Math.exp(SPREAD * random.nextGaussian());
        }
    }

    private static long count(double agreement, double slowness, Outcome outcome, int requests) {
        long count = 0;
        for (int i = 0; i < CANDIDATES; i++) {
            count += new Simulation(i, agreement, slowness).ever(outcome, requests) ? 1 : 0;
        }
        return count;
    }

    /// Exactly at the gate's agreement, and as fast as the other: the hardest that must not fail.
    @Test
    void ofAThousandIdenticalCandidatesFewEverFail() {
        assertThat(count(Gate.DEFAULT.minAgreement(), 1, Outcome.FAIL, REQUESTS))
                .isLessThanOrEqualTo(CANDIDATES / 20);
    }

    /// At the gate's agreement, but not above it.
    @Test
    void ofAThousandThatOnlyJustReachTheGateFewEverPass() {
        assertThat(count(Gate.DEFAULT.minAgreement(), 1, Outcome.PASS, REQUESTS))
                .isLessThanOrEqualTo(CANDIDATES / 20);
    }

    @Test
    void aCandidateThatAgreesPasses() {
        int passed = 0;
        for (int i = 0; i < 50; i++) {
            passed += new Simulation(i, 0.999, 1).ever(Outcome.PASS, 3000) ? 1 : 0;
        }
        assertThat(passed).isGreaterThanOrEqualTo(45);
    }

    @Test
    void aCandidateThatDisagreesFails() {
        for (int i = 0; i < 50; i++) {
            assertThat(new Simulation(i, 0.95, 1).ever(Outcome.FAIL, 1000)).isTrue();
        }
    }

    @Test
    void aCandidateThatIsSlowFails() {
        for (int i = 0; i < 50; i++) {
            assertThat(new Simulation(i, 1, 3).ever(Outcome.FAIL, 3000)).isTrue();
        }
    }

    @Test
    void aDifferenceWithinTheSlackDoesNotCount() {
        var judge = new Judge(Gate.DEFAULT);
        var candidate = new Latencies();
        var reference = new Latencies();
        for (int i = 0; i < 5000; i++) {
            candidate.record(900_000);
            reference.record(100_000);
        }
        assertThat(judge.judge(5000, 5000, candidate, reference).outcome()).isEqualTo(Outcome.PASS);
    }

    @Test
    void tooFewAreInsufficientAndSayHowMany() {
        var verdict = new Judge(Gate.DEFAULT).judge(412, 412, new Latencies(), new Latencies());
        assertThat(verdict)
                .isEqualTo(new Verdict(Outcome.INSUFFICIENT, List.of("412 of 1000 samples")));
        var none = new Judge(Gate.DEFAULT).judge(0, 0, new Latencies(), new Latencies());
        assertThat(none.outcome()).isEqualTo(Outcome.INSUFFICIENT);
    }

    @Test
    void agreementThatIsNotShownYetIsInsufficient() {
        var verdict = new Judge(Gate.DEFAULT).judge(1000, 992, new Latencies(), new Latencies());
        assertThat(verdict.outcome()).isEqualTo(Outcome.INSUFFICIENT);
        assertThat(verdict.reasons().getFirst()).contains("99.20 %", "so far; 99.00 % is asked");
    }
}
