package io.matih.inference.engine.telemetry;

import io.matih.inference.engine.error.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// What is counted for one version of one model. Any thread; recording takes no lock.
public final class ModelMeters {
    private static final String REALTIME = "realtime";
    private static final String LOCAL = "local";
    private static final String SUCCEEDED = "succeeded";
    private static final double NANOS_PER_MILLI = 1e6;

    private final MeterRegistry registry;
    private final List<Meter> ofVersion = new ArrayList<>();
    private final Histogram latency;
    private final Runnable closeLatency;
    private final Runnable closeBatchDuration;
    private final Map<FailureReason, Counter> failures = new EnumMap<>(FailureReason.class);
    private final BatchMeters batches;
    private final LazyCounter responseHits;
    private final LazyCounter responseMisses;
    private final LatencyWindow recent;
    private final RateWindow completions;
    private final InferenceCounts counts = new InferenceCounts();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();

    ModelMeters(
            MeterRegistry registry,
            Histograms histograms,
            String model,
            int version,
            String backend,
            LongSupplier nanoClock) {
        this.registry = registry;
        recent = new LatencyWindow(nanoClock);
        completions = new RateWindow(nanoClock);
        var tags = Tags.of("model", model, "version", Integer.toString(version));
        batches = new BatchMeters(registry, histograms, model, version);
        responseHits =
                new LazyCounter(
                        registry,
                        "ml.inference.response.cache.hits",
                        "Requests that were given an answer kept from an earlier one",
                        tags);
        responseMisses =
                new LazyCounter(
                        registry,
                        "ml.inference.response.cache.misses",
                        "Requests that asked the response cache in vain",
                        tags);
        var number = Integer.toString(version);
        latency = histograms.latency.open(model, number, backend, REALTIME);
        closeLatency = () -> histograms.latency.close(model, number, backend, REALTIME);
        histograms.batchDuration.open(model, LOCAL, SUCCEEDED);
        closeBatchDuration = () -> histograms.batchDuration.close(model, LOCAL, SUCCEEDED);
        keep(
                ofVersion,
                Gauge.builder("ml.inference.throughput.rps", completions, RateWindow::perSecond)
                        .description("Completed requests per second over the last ten seconds")
                        .tags(tags)
                        .register(registry));
        for (var reason : FailureReason.values()) {
            failures.put(
                    reason,
                    keep(
                            ofVersion,
                            Counter.builder("ml.inference.errors")
                                    .description("Predictions that failed")
                                    .tags(tags.and("reason", reason.name()))
                                    .register(registry)));
        }
    }

    /// A request was answered.
    ///
    /// @param nanos from receipt to answer
    public void succeeded(long nanos) {
        latency.record(nanos / NANOS_PER_MILLI);
        recent.record(nanos);
        completions.count();
        succeeded.increment();
    }

    /// A request failed where it was decoded, or its answer where it was written.
    public void failed(ErrorCode code) {
        count(FailureReason.of(code));
    }

    /// A request failed in the engine.
    ///
    /// @param nanos from its receipt on
    public void failed(ErrorCode code, long nanos) {
        var reason = FailureReason.of(code);
        count(reason);
        counts.failed(reason, nanos);
    }

    private void count(FailureReason reason) {
        var counter = failures.get(reason);
        if (counter != null) {
            counter.increment();
        }
        failed.increment();
    }

    /// What is counted as Triton counts it.
    public InferenceCounts counts() {
        return counts;
    }

    /// A batch was executed.
    ///
    /// @param reason why it left, of few and fixed words
    /// @param queueNanos the longest that a member had waited
    public void batch(String reason, int rows, long queueNanos, long computeNanos) {
        batches.executed(reason, rows, queueNanos, computeNanos);
    }

    /// A request asked the response cache.
    public void responseCache(boolean hit) {
        (hit ? responseHits : responseMisses).increment();
    }

    public Summary summary() {
        long answers = succeeded.sum();
        long errors = failed.sum();
        return new Summary(
                completions.perSecond(),
                recent.quantile(0.5) / NANOS_PER_MILLI,
                recent.quantile(0.95) / NANOS_PER_MILLI,
                recent.quantile(0.99) / NANOS_PER_MILLI,
                answers,
                errors);
    }

    void close(boolean lastOfModel) {
        closeLatency.run();
        batches.close();
        responseHits.close();
        responseMisses.close();
        ofVersion.forEach(registry::remove);
        if (lastOfModel) {
            closeBatchDuration.run();
        }
    }

    private static <M extends Meter> M keep(List<Meter> meters, M meter) {
        meters.add(meter);
        return meter;
    }

    /// What tables show: latencies of the last minute in milliseconds, totals since the deploy.
    public record Summary(
            double requestsPerSecond,
            double p50Millis,
            double p95Millis,
            double p99Millis,
            long succeeded,
            long failed) {
        public double errorRate() {
            long total = succeeded + failed;
            return total == 0 ? 0 : (double) failed / total;
        }
    }
}
