package io.matih.inference.engine.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.matih.inference.engine.error.ErrorCode;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

class ServingMetersTest {
    private static final long SECOND = 1_000_000_000L;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ServingMeters meters = new ServingMeters(registry);

    @Test
    void allFamiliesExistFromTheFirstDeployOnAndLeaveWithTheUndeploy() {
        meters.open("iris", 1, "onnxruntime");
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .contains("ml.inference.throughput.rps", "ml.inference.errors");
        assertThat(series("ml_inference_latency_ms"))
                .containsOnlyKeys(List.of("iris", "1", "onnxruntime", "realtime"));
        assertThat(series("ml_inference_batch_duration_s"))
                .containsOnlyKeys(List.of("iris", "local", "succeeded"));
        meters.close("iris", 1);
        assertThat(registry.getMeters()).isEmpty();
        assertThat(meters.histograms()).allMatch(family -> family.histograms().isEmpty());
    }

    @Test
    void aVersionThatIsLoadedTwiceKeepsItsSeriesUntilBothAreGone() {
        var first = meters.open("iris", 1, "onnxruntime");
        assertThat(meters.open("iris", 1, "onnxruntime")).isSameAs(first);
        meters.close("iris", 1);
        assertThat(registry.getMeters()).isNotEmpty();
        meters.close("iris", 1);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void whatBelongsToTheModelStaysWhileAnotherVersionIsLoaded() {
        meters.open("iris", 1, "onnxruntime");
        meters.open("iris", 2, "onnxruntime");
        meters.close("iris", 1);
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .noneMatch(id -> "1".equals(id.getTag("version")));
        assertThat(series("ml_inference_batch_duration_s")).hasSize(1);
    }

    /// Also below a millisecond, where most small models answer.
    @Test
    void aLatencyCountsInTheBucketThatHoldsIt() {
        var model = meters.open("iris", 1, "onnxruntime");
        model.succeeded(300_000);
        model.succeeded(250_000);
        model.succeeded(31_000_000_000L);
        var histogram = only("ml_inference_latency_ms");
        assertThat(histogram.counts()).startsWith(1, 1, 0).endsWith(0, 1).hasSize(17);
        assertThat(histogram.sum()).isCloseTo(31_000.55, within(1e-6));
    }

    @Test
    void batchesAreCountedFromTheFirstOnAndGoWithTheirVersion() {
        var model = meters.open("iris", 1, "onnxruntime");
        assertThat(series("ml_inference_batch_rows")).isEmpty();
        model.batch("full", 32, 1_500_000, 80_000);
        assertThat(only("ml_inference_compute_ms").counts()).startsWith(1, 0);
        assertThat(registry.get("ml.inference.batches").tag("reason", "full").counter().count())
                .isEqualTo(1);
        meters.close("iris", 1);
        model.batch("idle", 1, 0, 80_000);
        assertThat(series("ml_inference_batch_rows")).isEmpty();
        assertThat(registry.getMeters()).isEmpty();
    }

    private Histogram only(String family) {
        assertThat(series(family)).hasSize(1);
        return series(family).values().iterator().next();
    }

    private Map<List<String>, Histogram> series(String family) {
        return meters.histograms().stream()
                .filter(candidate -> candidate.name().equals(family))
                .findFirst()
                .orElseThrow()
                .histograms();
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyFailureHasAReason(ErrorCode code) {
        var model = meters.open("iris", 1, "onnxruntime");
        model.failed(code);
        assertThat(
                        registry.get("ml.inference.errors")
                                .tag("reason", FailureReason.of(code).name())
                                .counter()
                                .count())
                .isEqualTo(1);
    }

    @Test
    void theRateIsOfTheLastTenSecondsAndZeroWhenIdle() {
        var clock = new AtomicLong();
        var rate = new RateWindow(clock::get);
        for (int i = 0; i < 50; i++) {
            rate.count();
        }
        clock.addAndGet(SECOND);
        assertThat(rate.perSecond()).isEqualTo(5.0);
        clock.addAndGet(9 * SECOND);
        assertThat(rate.perSecond()).isEqualTo(5.0);
        clock.addAndGet(SECOND);
        assertThat(rate.perSecond()).isZero();
    }

    @Test
    void percentilesAreWithinSixPercentAndForgetAfterAMinute() {
        var clock = new AtomicLong();
        var window = new LatencyWindow(clock::get);
        for (int millis = 1; millis <= 1000; millis++) {
            window.record(millis * 1_000_000L);
        }
        assertThat(window.quantile(0.5) / 1e6).isBetween(500.0, 535.0);
        assertThat(window.quantile(0.99) / 1e6).isBetween(990.0, 1060.0);
        clock.addAndGet(70 * SECOND);
        assertThat(window.quantile(0.99)).isZero();
    }
}
