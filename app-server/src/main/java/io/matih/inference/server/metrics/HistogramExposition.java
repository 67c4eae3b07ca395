package io.matih.inference.server.metrics;

import io.matih.inference.engine.telemetry.Histogram;
import io.matih.inference.engine.telemetry.HistogramFamily;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import java.util.Arrays;
import java.util.List;

/// The engine's histograms in Prometheus' terms, at every scrape.
public final class HistogramExposition implements MultiCollector {
    private final List<HistogramFamily> families;

    public HistogramExposition(List<HistogramFamily> families) {
        this.families = families;
    }

    @Override
    public MetricSnapshots collect() {
        return new MetricSnapshots(
                families.stream()
                        .filter(family -> !family.histograms().isEmpty())
                        .map(HistogramExposition::snapshot)
                        .toArray(MetricSnapshot[]::new));
    }

    private static HistogramSnapshot snapshot(HistogramFamily family) {
        var bounds = Arrays.copyOf(family.bounds(), family.bounds().length + 1);
        bounds[bounds.length - 1] = Double.POSITIVE_INFINITY;
        var snapshot = HistogramSnapshot.builder().name(family.name()).help(family.description());
        family.histograms()
                .forEach(
                        (values, histogram) ->
                                snapshot.dataPoint(
                                        dataPoint(
                                                bounds,
                                                Labels.of(family.labels(), values),
                                                histogram)));
        return snapshot.build();
    }

    private static HistogramDataPointSnapshot dataPoint(
            double[] bounds, Labels labels, Histogram histogram) {
        var counts = Arrays.stream(histogram.counts()).boxed().toArray(Number[]::new);
        return HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                .sum(histogram.sum())
                .labels(labels)
                .build();
    }
}
