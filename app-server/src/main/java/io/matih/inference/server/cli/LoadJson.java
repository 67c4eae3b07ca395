package io.matih.inference.server.cli;

import io.matih.inference.server.bench.LoadPlan;
import io.matih.inference.server.bench.LoadReport;

import org.HdrHistogram.Histogram;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What a load came to, for scripts.
final class LoadJson {
    private static final double NANOS_PER_MILLI = 1e6;

    private LoadJson() {}

    static JsonNode of(String name, LoadPlan plan, LoadReport report) {
        var json = JsonMapper.shared().createObjectNode();
        json.put("deployment", name)
                .put("connections", plan.connections())
                .put("seconds", plan.duration().toNanos() / 1e9);
        var pace = plan.pace();
        if (pace != null) {
            json.put("offered_per_second", pace.rate());
        }
        json.put("answers_per_second", report.throughput());
        latencies(report.accepted(), json.putObject("latency_ms"));
        latencies(report.refused(), json.putObject("refused_latency_ms"));
        var statuses = json.putObject("statuses");
        report.statuses().forEach((status, count) -> statuses.put(status.toString(), count));
        json.put("checked", report.checked())
                .put("wrong", report.wrong())
                .put("timeouts", report.timeouts())
                .put("broken", report.broken())
                .put("unsent", report.unsent())
                .put("generator_cpu_share", report.cpuShare());
        return json;
    }

    private static void latencies(Histogram histogram, ObjectNode into) {
        into.put("count", histogram.getTotalCount());
        if (histogram.getTotalCount() > 0) {
            into.put("mean", histogram.getMean() / NANOS_PER_MILLI);
            for (var percentile : new double[] {50, 90, 95, 99, 99.9}) {
                var key = "p" + (percentile == 99.9 ? "99_9" : (int) percentile);
                into.put(key, histogram.getValueAtPercentile(percentile) / NANOS_PER_MILLI);
            }
            into.put("max", histogram.getMaxValue() / NANOS_PER_MILLI);
        }
    }
}
