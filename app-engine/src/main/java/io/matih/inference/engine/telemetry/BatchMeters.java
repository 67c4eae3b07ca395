package io.matih.inference.engine.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
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
    private static final double[] ROWS = {1, 2, 4, 8, 16, 32, 64, 128, 256};
    private static final double[] MILLIS = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 100, 1000};
    private static final double NANOS_PER_MILLI = 1e6;

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<String, Counter> reasons = new ConcurrentHashMap<>();
    private final List<Meter> registered = new ArrayList<>();
    private volatile @Nullable Summaries summaries;
    private boolean closed;

    BatchMeters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    void executed(String reason, int rows, long queueNanos, long computeNanos) {
        var known = summaries;
        var current = known == null ? begin() : known;
        current.rows.record(rows);
        current.queue.record(queueNanos / NANOS_PER_MILLI);
        current.compute.record(computeNanos / NANOS_PER_MILLI);
        reasons.computeIfAbsent(reason, this::left).increment();
    }

    private synchronized Summaries begin() {
        var known = summaries;
        if (known != null) {
            return known;
        }
        var begun =
                new Summaries(
                        summary("ml.inference.batch.rows", "Rows of an executed batch", ROWS),
                        summary(
                                "ml.inference.queue.ms",
                                "Longest wait of a batch's members for company and an instance,"
                                        + " in milliseconds",
                                MILLIS),
                        summary(
                                "ml.inference.compute.ms",
                                "The runtime's own time for a batch, in milliseconds",
                                MILLIS));
        summaries = begun;
        return begun;
    }

    private DistributionSummary summary(String name, String description, double[] buckets) {
        return keep(
                DistributionSummary.builder(name)
                        .description(description)
                        .tags(tags)
                        .serviceLevelObjectives(buckets)
                        .register(registry));
    }

    private synchronized Counter left(String reason) {
        return keep(
                Counter.builder("ml.inference.batches")
                        .description("Executed batches, by why they left when they did")
                        .tags(tags.and("reason", reason))
                        .register(registry));
    }

    /// A batch that could not be stopped may end after its version is gone.
    private <M extends Meter> M keep(M meter) {
        if (closed) {
            registry.remove(meter);
        } else {
            registered.add(meter);
        }
        return meter;
    }

    synchronized void close() {
        closed = true;
        registered.forEach(registry::remove);
    }

    private record Summaries(
            DistributionSummary rows, DistributionSummary queue, DistributionSummary compute) {}
}
