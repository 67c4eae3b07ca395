package io.matih.inference.engine.shadow;

import static io.matih.inference.engine.serving.Tensors.bytes;
import static io.matih.inference.engine.serving.Tensors.fp32;
import static io.matih.inference.engine.serving.Tensors.int64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.CacheMode;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.InferenceResponse.Batch;
import io.matih.inference.engine.serving.InferenceResponse.Timings;
import io.matih.inference.engine.shadow.OutputRule.Comparator;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

class ComparisonTest {
    private static final ShadowKey KEY = new ShadowKey("m", 1, 2);
    private static final Instant BEGIN = Instant.parse("2026-11-24T09:12:44Z");

    private final Comparison comparison = new Comparison(ComparisonState.begin(BEGIN));

    static ShadowPolicy policy(Map<String, OutputRule> rules, String... redacted) {
        return new ShadowPolicy(100, Gate.DEFAULT, rules, Set.of(redacted), false);
    }

    static InferenceRequest request(Tensor... inputs) {
        return new InferenceRequest(
                "m", null, "r-1", List.of(inputs), List.of(), null, 0, CacheMode.USE, null);
    }

    static InferenceResponse response(long nanos, Tensor... outputs) {
        return new InferenceResponse(
                "m",
                1,
                "stable",
                List.of(outputs),
                Map.of(),
                "onnxruntime",
                Device.CPU,
                null,
                new Batch(1, "full"),
                new Timings(0, 0, nanos, 0));
    }

    private ShadowReport compare(ShadowPolicy policy, Tensor primary, Tensor shadow) {
        comparison.answered(
                policy,
                request(fp32("x", new long[] {primary.rows(), 1}, new float[(int) primary.rows()])),
                response(1000, primary),
                response(2000, shadow));
        return comparison.report(KEY, policy, false);
    }

    private static ShadowPolicy by(OutputRule rule) {
        return policy(Map.of("y", rule));
    }

    private static long agreed(ShadowReport report) {
        return Math.round(report.agreement().value() * report.samples());
    }

    @Test
    void labelsAgreeWhereTheyAreTheSame() {
        var report =
                compare(
                        policy(Map.of()),
                        int64("y", new long[] {4}, 1, 2, 3, Long.MAX_VALUE),
                        int64("y", new long[] {4}, 1, 2, 4, Long.MAX_VALUE - 1));
        assertThat(report.samples()).isEqualTo(4);
        assertThat(agreed(report)).isEqualTo(2);
        var output = report.outputs().getFirst();
        assertThat(output.comparator()).isEqualTo(Comparator.LABEL);
        assertThat(output.ks()).isNull();
        assertThat(output.cosineMin()).isNull();
        assertThat(output.psi()).isPositive();
    }

    @Test
    void stringsAgreeWhereTheyAreTheSame() {
        var report =
                compare(
                        policy(Map.of()),
                        bytes("y", new long[] {3}, "cat", "", "é"),
                        bytes("y", new long[] {3}, "cat", "", "dog"));
        assertThat(agreed(report)).isEqualTo(2);
        assertThat(report.outputs().getFirst().maxAbsDiff()).isEqualTo(1);
        assertThat(report.worst().getFirst().primary().getFirst().values()).containsExactly("é");
    }

    @Test
    void probabilitiesAgreeWhereTheBestIsTheSame() {
        var report =
                compare(
                        policy(Map.of()),
                        fp32("y", new long[] {2, 3}, 0.7f, 0.2f, 0.1f, 0.3f, 0.4f, 0.3f),
                        fp32("y", new long[] {2, 3}, 0.5f, 0.4f, 0.1f, 0.5f, 0.3f, 0.2f));
        var output = report.outputs().getFirst();
        assertThat(output.comparator()).isEqualTo(Comparator.PROBABILITIES);
        assertThat(agreed(report)).isEqualTo(1);
        assertThat(output.maxAbsDiff()).isCloseTo(0.2, within(1e-6));
        assertThat(output.meanAbsDiff()).isCloseTo(0.8 / 6, within(1e-6));
        assertThat(report.worst().getFirst().row()).isEqualTo(1);
    }

    @Test
    void theBestOfSeveralAgreeWhereMostAreTheSame() {
        var rule = new OutputRule(Comparator.TOP_K, 2, 1, 0, 0);
        var report =
                compare(
                        by(rule),
                        fp32("y", new long[] {2, 4}, 4, 3, 2, 1, 4, 3, 2, 1),
                        fp32("y", new long[] {2, 4}, 3, 4, 2, 1, 4, 2, 3, 1));
        assertThat(agreed(report)).isEqualTo(1);
    }

    @Test
    void regressionsAgreeWhereTheyAreClose() {
        var report =
                compare(
                        policy(Map.of()),
                        fp32("y", new long[] {3, 1}, 100, 100, 0),
                        fp32("y", new long[] {3, 1}, 100.5f, 102, 0));
        assertThat(report.outputs().getFirst().comparator()).isEqualTo(Comparator.NUMERIC);
        assertThat(agreed(report)).isEqualTo(2);
    }

    @Test
    void embeddingsAgreeWhereTheyPointTheSameWay() {
        var report =
                compare(
                        policy(Map.of()),
                        fp32("y", new long[] {3, 2}, 1, 2, 1, 0, 0, 0),
                        fp32("y", new long[] {3, 2}, 10, 20, 0, 1, 0, 0));
        assertThat(report.outputs().getFirst().comparator()).isEqualTo(Comparator.COSINE);
        assertThat(agreed(report)).isEqualTo(2);
        assertThat(report.outputs().getFirst().cosineMin()).isCloseTo(0.0, within(1e-9));
    }

    @Test
    void whatIsNoNumberAgreesOnlyWithItself() {
        var report =
                compare(
                        by(OutputRule.of(Comparator.NUMERIC)),
                        fp32(
                                "y",
                                new long[] {4, 1},
                                Float.NaN,
                                Float.NaN,
                                1,
                                Float.NEGATIVE_INFINITY),
                        fp32(
                                "y",
                                new long[] {4, 1},
                                Float.NaN,
                                1,
                                Float.NaN,
                                Float.NEGATIVE_INFINITY));
        assertThat(agreed(report)).isEqualTo(2);
        assertThat(report.outputs().getFirst().maxAbsDiff()).isEqualTo(1e12);
        assertThat(report.outputs().getFirst().meanAbsDiff()).isFinite();
        assertThat(report.outputs().getFirst().psi()).isFinite();
        assertThat(report.worst().getFirst().primary().getFirst().values()).containsExactly("NaN");
    }

    @Test
    void scalarsAreOneRow() {
        var report =
                compare(policy(Map.of()), fp32("y", new long[] {}, 1), fp32("y", new long[] {}, 2));
        assertThat(report.samples()).isEqualTo(1);
        assertThat(agreed(report)).isZero();
    }

    @Test
    void anotherShapeDisagreesAndIsNamed() {
        var report =
                compare(
                        policy(Map.of()),
                        fp32("y", new long[] {2, 1}, 1, 2),
                        fp32("y", new long[] {1, 1}, 1));
        assertThat(report.samples()).isEqualTo(2);
        assertThat(agreed(report)).isZero();
        assertThat(report.lastFailure()).contains("[1,1]", "[2,1]");
    }

    @Test
    void whatOnlyOneHasIsReportedAndNotCompared() {
        var policy = policy(Map.of());
        comparison.answered(
                policy,
                request(),
                response(
                        1,
                        int64("y", new long[] {1}, 1),
                        fp32("p", new long[] {1}, 1),
                        fp32("t", new long[] {1}, 1)),
                response(
                        1,
                        int64("y", new long[] {1}, 1),
                        fp32("q", new long[] {1}, 1),
                        int64("t", new long[] {1}, 1)));
        var report = comparison.report(KEY, policy, false);
        assertThat(report.agreement().value()).isEqualTo(1);
        assertThat(report.unshared())
                .containsEntry("p", "only the primary has it")
                .containsEntry("q", "only the shadow has it")
                .containsEntry("t", "FP32 here, INT64 there");
    }

    @Test
    void theWorstAreKeptWithoutWhatIsRedacted() {
        var policy = policy(Map.of(), "x");
        for (int i = 0; i < 100; i++) {
            compare(
                    policy,
                    fp32("y", new long[] {1, 1}, 0),
                    fp32("y", new long[] {1, 1}, 1 + i % 50));
        }
        var worst = comparison.report(KEY, policy, false).worst();
        assertThat(worst).hasSize(10);
        assertThat(worst.getFirst().score()).isEqualTo(50);
        assertThat(worst.getLast().score()).isEqualTo(46);
        assertThat(worst.getFirst().id()).isEqualTo("r-1");
        assertThat(worst.getFirst().request().getFirst().redacted()).isTrue();
        assertThat(worst.getFirst().request().getFirst().values()).isEmpty();
        assertThat(worst.getFirst().shadow().getFirst().values()).containsExactly(50.0);
    }

    @Test
    void rowsThatAreTooLargeAreNotKept() {
        var policy = policy(Map.of());
        var large = new float[20_000];
        comparison.answered(
                policy,
                request(fp32("x", new long[] {1, large.length}, large)),
                response(1, fp32("y", new long[] {1, 1}, 0)),
                response(1, fp32("y", new long[] {1, 1}, 1)));
        assertThat(comparison.report(KEY, policy, false).worst()).isEmpty();
        assertThat(comparison.report(KEY, policy, false).samples()).isEqualTo(1);
    }

    @Test
    void aFailureDisagreesOnEveryRow() {
        var policy = policy(Map.of());
        comparison.failed(
                response(1, int64("y", new long[] {3}, 1, 2, 3)),
                new ServingException(ErrorCode.DEADLINE, "too late"));
        var report = comparison.report(KEY, policy, false);
        assertThat(report.samples()).isEqualTo(3);
        assertThat(report.failed()).isEqualTo(1);
        assertThat(report.agreement().value()).isZero();
        assertThat(report.lastFailure()).isEqualTo("DEADLINE: too late");
    }

    @Test
    void everythingComesBackFromItsState() {
        var policy = policy(Map.of(), "secret");
        compare(policy, int64("y", new long[] {2}, 1, 2), int64("y", new long[] {2}, 1, 3));
        comparison.dropped();
        comparison.primaryFailed();
        var state = Objects.requireNonNull(comparison.takeChanges());
        assertThat(comparison.takeChanges()).isNull();
        assertThat(new Comparison(state).report(KEY, policy, false))
                .isEqualTo(comparison.report(KEY, policy, false));
        assertThat(comparison.report(KEY, policy, false).since()).isEqualTo(BEGIN);
        assertThat(comparison.report(KEY, policy, false).shadowLatency().p50())
                .isCloseTo(0.002, within(1e-4));
    }

    @Test
    void aMinuteIsGivenOnceWhenItIsOver() {
        var policy = policy(Map.of());
        assertThat(comparison.takeMinute(BEGIN, false)).isNull();
        compare(policy, int64("y", new long[] {2}, 1, 2), int64("y", new long[] {2}, 1, 3));
        assertThat(comparison.takeMinute(BEGIN.plusSeconds(10), false)).isNull();
        var minute = Objects.requireNonNull(comparison.takeMinute(BEGIN.plusSeconds(70), false));
        assertThat(minute.at()).isEqualTo(Instant.parse("2026-11-24T09:12:00Z"));
        assertThat(minute.rows()).isEqualTo(2);
        assertThat(minute.agreed()).isEqualTo(1);
        assertThat(minute.shadowP99()).isCloseTo(0.002, within(1e-4));
        assertThat(comparison.takeMinute(BEGIN.plusSeconds(600), true)).isNull();
    }
}
