package io.matih.inference.engine.telemetry;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Histograms of one name, told apart by labels. Any thread.
public final class HistogramFamily {
    private final String name;
    private final String description;
    private final List<String> labels;
    private final double[] bounds;
    private final Map<List<String>, Histogram> histograms = new ConcurrentHashMap<>();

    /// @param name as Prometheus shows it: `ml_inference_latency_ms`
    /// @param labels names of labels
    HistogramFamily(String name, String description, List<String> labels, double... bounds) {
        this.name = name;
        this.description = description;
        this.labels = List.copyOf(labels);
        this.bounds = bounds;
    }

    /// @param values one for each label
    Histogram open(String... values) {
        return histograms.computeIfAbsent(List.of(values), _ -> new Histogram(bounds));
    }

    void close(String... values) {
        histograms.remove(List.of(values));
    }

    public String name() {
        return name;
    }

    public String description() {
        return description;
    }

    public List<String> labels() {
        return labels;
    }

    public double[] bounds() {
        return bounds.clone();
    }

    /// By the values of the labels.
    public Map<List<String>, Histogram> histograms() {
        return Map.copyOf(histograms);
    }
}
