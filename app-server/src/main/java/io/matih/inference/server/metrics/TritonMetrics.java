package io.matih.inference.server.metrics;

import com.sun.management.OperatingSystemMXBean;

import io.matih.inference.engine.deployment.VersionStatistics;
import io.matih.inference.engine.device.GpuReading;
import io.matih.inference.engine.telemetry.FailureReason;
import io.matih.inference.engine.telemetry.ModelStatistics;

import org.jspecify.annotations.Nullable;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// The engine's counts under the names that Triton gives them, so that dashboards made for it show
/// this server too. Written here, because the registry ends every counter's name with `_total`,
/// which none of these has. Label values need no escaping: names of models allow nothing that does.
public final class TritonMetrics {
    private static final long NANOS_PER_MICRO = 1000;
    private static final double NANOS_PER_SECOND = 1e9;

    private static final List<Counter> COUNTERS =
            List.of(
                    new Counter(
                            "nv_inference_request_success",
                            "Number of successful inference requests, all batch sizes",
                            counts -> counts.success().count()),
                    new Counter(
                            "nv_inference_count",
                            "Number of inferences performed (does not include cached requests)",
                            ModelStatistics::inferences),
                    new Counter(
                            "nv_inference_exec_count",
                            "Number of model executions performed (does not include cached requests)",
                            ModelStatistics::executions),
                    new Counter(
                            "nv_inference_request_duration_us",
                            "Cumulative inference request duration in microseconds (includes cached requests)",
                            counts -> micros(counts.success())),
                    new Counter(
                            "nv_inference_queue_duration_us",
                            "Cumulative inference queuing duration in microseconds (includes cached requests)",
                            counts -> micros(counts.queue())),
                    new Counter(
                            "nv_inference_compute_input_duration_us",
                            "Cumulative compute input duration in microseconds (does not include cached requests)",
                            counts -> micros(counts.computeInput())),
                    new Counter(
                            "nv_inference_compute_infer_duration_us",
                            "Cumulative compute inference duration in microseconds (does not include cached requests)",
                            counts -> micros(counts.computeInfer())),
                    new Counter(
                            "nv_inference_compute_output_duration_us",
                            "Cumulative inference compute output duration in microseconds (does not include cached requests)",
                            counts -> micros(counts.computeOutput())));

    /// Of models that asked the cache at all.
    private static final List<Counter> CACHE_COUNTERS =
            List.of(
                    new Counter(
                            "nv_cache_num_hits_per_model",
                            "Number of cache hits per model",
                            counts -> counts.cacheHit().count()),
                    new Counter(
                            "nv_cache_num_misses_per_model",
                            "Number of cache misses per model",
                            counts -> counts.cacheMiss().count()),
                    new Counter(
                            "nv_cache_hit_duration_per_model",
                            "Total cache hit duration per model, in microseconds",
                            counts -> micros(counts.cacheHit())),
                    new Counter(
                            "nv_cache_miss_duration_per_model",
                            "Total cache miss (insert+lookup) duration per model, in microseconds",
                            counts -> micros(counts.cacheMiss())));

    private static final List<GpuGauge> GPU_GAUGES =
            List.of(
                    new GpuGauge(
                            "nv_gpu_utilization",
                            "GPU utilization rate [0.0 - 1.0)",
                            GpuReading::utilization),
                    new GpuGauge(
                            "nv_gpu_memory_total_bytes",
                            "GPU total memory, in bytes",
                            GpuReading::totalBytes),
                    new GpuGauge(
                            "nv_gpu_memory_used_bytes",
                            "GPU used memory, in bytes",
                            GpuReading::usedBytes),
                    new GpuGauge(
                            "nv_gpu_power_usage",
                            "GPU power usage in watts",
                            GpuReading::powerWatts),
                    new GpuGauge(
                            "nv_gpu_power_limit",
                            "GPU power management limit in watts",
                            GpuReading::powerLimitWatts),
                    new GpuGauge(
                            "nv_energy_consumption",
                            "GPU energy consumption in joules since the driver was loaded",
                            GpuReading::energyJoules));

    private final Supplier<List<VersionStatistics>> statistics;
    private final Supplier<List<GpuReading>> gpus;
    private final OperatingSystemMXBean system =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    public TritonMetrics(
            Supplier<List<VersionStatistics>> statistics, Supplier<List<GpuReading>> gpus) {
        this.statistics = statistics;
        this.gpus = gpus;
    }

    /// In Prometheus' text form.
    String scrape() {
        var versions = statistics.get();
        var text = new MetricText();
        COUNTERS.forEach(counter -> counter.write(text, versions));
        failures(text, versions);
        var cached =
                versions.stream().filter(on(counts -> counts.cacheMiss().count() > 0)).toList();
        CACHE_COUNTERS.forEach(counter -> counter.write(text, cached));
        gauges(text, versions);
        processor(text);
        var readings = gpus.get();
        GPU_GAUGES.forEach(gauge -> gauge.write(text, readings));
        return text.toString();
    }

    private static void failures(MetricText text, List<VersionStatistics> versions) {
        text.family(
                "nv_inference_request_failure",
                "Number of failed inference requests, all batch sizes",
                "counter");
        for (var version : versions) {
            var reasons = new TreeMap<String, Long>();
            version.counts()
                    .failures()
                    .forEach((reason, count) -> reasons.merge(word(reason), count, Long::sum));
            reasons.forEach(
                    (reason, count) -> {
                        var labels = labels(version);
                        labels.put("reason", reason);
                        text.sample(labels, count);
                    });
        }
    }

    /// Triton knows fewer reasons.
    private static String word(FailureReason reason) {
        return switch (reason) {
            case REJECTED, TIMEOUT -> "REJECTED";
            case CANCELED -> "CANCELED";
            case BACKEND -> "BACKEND";
            case INVALID, OTHER -> "OTHER";
        };
    }

    private static void gauges(MetricText text, List<VersionStatistics> versions) {
        text.family(
                "nv_inference_pending_request_count",
                "Instantaneous number of pending requests awaiting execution per-model.",
                "gauge");
        versions.forEach(version -> text.sample(labels(version), version.pending()));
        text.family("nv_model_load_duration_secs", "Model load time in seconds", "gauge");
        versions.stream()
                .filter(on(counts -> counts.loadNanos() > 0))
                .forEach(
                        version ->
                                text.sample(
                                        labels(version),
                                        version.counts().loadNanos() / NANOS_PER_SECOND));
    }

    private void processor(MetricText text) {
        double load = system.getCpuLoad();
        if (load >= 0) { // unknown for a moment after the start, and on some systems for good
            text.family("nv_cpu_utilization", "CPU utilization rate [0.0 - 1.0]", "gauge");
            text.sample(Map.of(), load);
        }
        long total = system.getTotalMemorySize();
        text.family("nv_cpu_memory_total_bytes", "CPU total memory (RAM), in bytes", "gauge");
        text.sample(Map.of(), total);
        text.family("nv_cpu_memory_used_bytes", "CPU used memory (RAM), in bytes", "gauge");
        text.sample(Map.of(), total - system.getFreeMemorySize());
    }

    private static Predicate<VersionStatistics> on(Predicate<ModelStatistics> counts) {
        return version -> counts.test(version.counts());
    }

    private static Map<String, String> labels(VersionStatistics version) {
        var labels = new TreeMap<String, String>();
        labels.put("model", version.model());
        labels.put("version", Integer.toString(version.version()));
        return labels;
    }

    private static long micros(ModelStatistics.Total total) {
        return total.nanos() / NANOS_PER_MICRO;
    }

    private record GpuGauge(
            String name, String help, Function<GpuReading, @Nullable Number> value) {
        private void write(MetricText text, List<GpuReading> gpus) {
            text.family(name, help, name.equals("nv_energy_consumption") ? "counter" : "gauge");
            for (var gpu : gpus) {
                var reading = value.apply(gpu);
                if (reading != null) {
                    text.sample(Map.of("gpu_uuid", gpu.uuid()), reading.doubleValue());
                }
            }
        }
    }

    private record Counter(String name, String help, ToLongFunction<ModelStatistics> value) {
        private void write(MetricText text, List<VersionStatistics> versions) {
            text.family(name, help, "counter");
            versions.forEach(
                    version -> text.sample(labels(version), value.applyAsLong(version.counts())));
        }
    }
}
