package io.matih.inference.engine.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What is counted of one version's batches. Its series begin with the first batch, so that a model
/// that nobody asks costs a scrape nothing. Any thread.
final class BatchMeters {
    private static final double NANOS_PER_MILLI = 1e6;

    private final MeterRegistry registry;
    private final Histograms histograms;
    private final String model;
    private final String version;
    private final Map<String, Counter> reasons = new ConcurrentHashMap<>();
    private final List<Counter> registered = new ArrayList<>();
    private volatile @Nullable Series series;
    private boolean closed;

    BatchMeters(MeterRegistry registry, Histograms histograms, String model, int version) {
        this.registry = registry;
        this.histograms = histograms;
        this.model = model;
        this.version = Integer.toString(version);
    }

    void executed(String reason, int rows, long queueNanos, long computeNanos) {
        var known = series;
        var current = known == null ? begin() : known;
        current.rows.record(rows);
        current.queue.record(queueNanos / NANOS_PER_MILLI);
        current.compute.record(computeNanos / NANOS_PER_MILLI);
        reasons.computeIfAbsent(reason, this::left).increment();
    }

    private synchronized Series begin() {
        var begun =
                new Series(
                        histograms.batchRows.open(model, version),
                        histograms.queue.open(model, version),
                        histograms.compute.open(model, version));
        if (closed) {
            closeSeries(); // a batch that could not be stopped may end after its version is gone
        } else {
            series = begun;
        }
        return begun;
    }

    private synchronized Counter left(String reason) {
        var counter =
                Counter.builder("ml.inference.batches")
                        .description("Executed batches, by why they left when they did")
                        .tags(Tags.of("model", model, "version", version, "reason", reason))
                        .register(registry);
        if (closed) {
            registry.remove(counter);
        } else {
            registered.add(counter);
        }
        return counter;
    }

    private void closeSeries() {
        histograms.batchRows.close(model, version);
        histograms.queue.close(model, version);
        histograms.compute.close(model, version);
    }

    synchronized void close() {
        closed = true;
        registered.forEach(registry::remove);
        closeSeries();
    }

    private record Series(Histogram rows, Histogram queue, Histogram compute) {}
}
