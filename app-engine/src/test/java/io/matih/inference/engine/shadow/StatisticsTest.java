package io.matih.inference.engine.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Random;

/// The statistics beside what scipy says of the same numbers (`make_expectations.py`).
class StatisticsTest {
    private static final double EXACT = 1e-9;
    private static final JsonNode EXPECTED = expectations();

    private static JsonNode expectations() {
        try (var stream = StatisticsTest.class.getResourceAsStream("/shadow/expectations.json")) {
            return JsonMapper.builder().build().readTree(Objects.requireNonNull(stream));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Distribution distribution(JsonNode values) {
        var distribution = new Distribution();
        values.forEach(value -> distribution.add(value.doubleValue()));
        return distribution;
    }

    @Test
    void wilsonsInterval() {
        for (var row : EXPECTED.get("wilson")) {
            var interval =
                    Interval.wilson(row.get("successes").intValue(), row.get("trials").intValue());
            assertThat(interval.low()).isCloseTo(row.get("low").doubleValue(), within(EXACT));
            assertThat(interval.high()).isCloseTo(row.get("high").doubleValue(), within(EXACT));
        }
        assertThat(Interval.wilson(0, 0)).isEqualTo(new Interval(0, 0, 1));
    }

    @Test
    void theConfidenceSequence() {
        for (var row : EXPECTED.get("sequence")) {
            var mixture = new BetaMixture(row.get("alpha").doubleValue());
            long successes = row.get("successes").longValue();
            long trials = row.get("trials").longValue();
            assertThat(mixture.low(successes, trials))
                    .isCloseTo(row.get("low").doubleValue(), within(EXACT));
            assertThat(mixture.high(successes, trials))
                    .isCloseTo(row.get("high").doubleValue(), within(EXACT));
        }
    }

    @Test
    void theRanksAroundAQuantile() {
        for (var row : EXPECTED.get("ranks")) {
            var mixture = new BetaMixture(row.get("alpha").doubleValue());
            double quantile = row.get("quantile").doubleValue();
            long trials = row.get("trials").longValue();
            assertThat(mixture.rankBelow(quantile, trials))
                    .as(row.toString())
                    .isEqualTo(row.get("below").longValue());
            assertThat(mixture.rankAbove(quantile, trials))
                    .as(row.toString())
                    .isEqualTo(row.get("above").longValue());
        }
        assertThat(new BetaMixture(0.05).rankAbove(0.5, 0)).isEqualTo(-1);
        assertThat(new BetaMixture(0.05).rankBelow(0.5, 0)).isZero();
    }

    @Test
    void kolmogorovAndSmirnov() {
        for (var row : EXPECTED.get("ks")) {
            assertThat(distribution(row.get("a")).ks(distribution(row.get("b"))))
                    .isCloseTo(row.get("ks").doubleValue(), within(EXACT));
        }
        assertThat(new Distribution().ks(new Distribution())).isZero();
    }

    @Test
    void theStabilityIndex() {
        for (var row : EXPECTED.get("psi")) {
            assertThat(distribution(row.get("a")).psi(distribution(row.get("b"))))
                    .isCloseTo(row.get("psi").doubleValue(), within(EXACT));
            var ours = new Categories();
            var theirs = new Categories();
            row.get("a").forEach(value -> ours.add(value.toString()));
            row.get("b").forEach(value -> theirs.add(value.toString()));
            assertThat(ours.psi(theirs)).isCloseTo(row.get("psi").doubleValue(), within(EXACT));
        }
        assertThat(new Distribution().psi(new Distribution())).isZero();
    }

    /// Buckets are 2 % wide: of continuous values the statistics are near the exact ones.
    @Test
    void aShiftOfContinuousValues() {
        var random = new Random(20);
        var ours = new Distribution();
        var theirs = new Distribution();
        for (int i = 0; i < 20_000; i++) {
            ours.add(5 + random.nextGaussian());
            theirs.add(5.3 + random.nextGaussian());
        }
        var shifted = EXPECTED.get("shifted");
        assertThat(ours.psi(theirs)).isCloseTo(shifted.get("psi").doubleValue(), within(0.02));
        assertThat(ours.ks(theirs)).isCloseTo(shifted.get("ks").doubleValue(), within(0.02));
    }

    @Test
    void whatIsCountedFitsAndComesBack() {
        var random = new Random(1);
        var distribution = new Distribution();
        for (double extreme :
                new double[] {
                    0, -0.0, Double.NaN, 1e300, -1e300, 1e-300, Double.NEGATIVE_INFINITY, 1e-9, 1e9
                }) {
            distribution.add(extreme);
        }
        for (int i = 0; i < 1000; i++) {
            distribution.add(random.nextGaussian());
        }
        var back = Distribution.of(distribution.state());
        assertThat(back.state()).isEqualTo(distribution.state());
        assertThat(back.ks(distribution)).isZero();
        assertThat(back.psi(distribution)).isZero();

        var labels = new Categories();
        for (int i = 0; i < 10_000; i++) {
            labels.add("label-" + i);
        }
        assertThat(labels.state()).hasSize(101);
        assertThat(Categories.of(labels.state()).state()).isEqualTo(labels.state());
    }

    @Test
    void latenciesComeBackAndAreClamped() {
        var latencies = new Latencies();
        latencies.record(-1);
        latencies.record(Long.MAX_VALUE);
        for (int i = 1; i <= 98; i++) {
            latencies.record(i * 1_000_000L);
        }
        var back = Latencies.decoded(latencies.encoded());
        assertThat(back.count()).isEqualTo(100);
        assertThat(back.millis(0.5)).isCloseTo(49, within(0.1));
        assertThat(back.millisAtRank(99)).isCloseTo(98, within(0.1));
        assertThat(Latencies.decoded("").count()).isZero();
    }
}
