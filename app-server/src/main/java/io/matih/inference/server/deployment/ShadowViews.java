package io.matih.inference.server.deployment;

import io.matih.inference.engine.deployment.DeploymentStatus.VariantStatus;
import io.matih.inference.engine.shadow.Disagreement;
import io.matih.inference.engine.shadow.OutputReport;
import io.matih.inference.engine.shadow.Sample;
import io.matih.inference.engine.shadow.ShadowMinute;
import io.matih.inference.engine.shadow.ShadowReport;
import io.matih.inference.server.api.DeploymentView;
import io.matih.inference.server.api.ShadowHistory;
import io.matih.inference.server.api.ShadowList;
import io.matih.inference.server.api.ShadowList.RowValues;
import io.matih.inference.server.api.ShadowList.ShadowComparison;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Comparisons as the wire shows them.
final class ShadowViews {
    private ShadowViews() {}

    /// Empty for a version that is no shadow.
    static Optional<DeploymentView.Shadow> brief(VariantStatus version) {
        var standing = version.standing();
        var policy = version.variant().shadow();
        if (standing == null || policy == null) {
            return Optional.empty();
        }
        return Optional.of(
                new DeploymentView.Shadow(
                        Integer.toString(version.variant().version()),
                        policy.percent(),
                        DeploymentViews.state(version.state()),
                        standing.verdict().outcome().name(),
                        standing.samples(),
                        standing.samples() == 0
                                ? null
                                : Double.valueOf((double) standing.agreed() / standing.samples()),
                        policy.watching()));
    }

    static ShadowComparison comparison(ShadowReport report) {
        var policy = report.policy();
        var gate = policy.gate();
        var comparators =
                report.outputs().stream()
                        .map(output -> ShadowCodec.name(output.comparator()))
                        .distinct()
                        .collect(Collectors.joining(", "));
        return new ShadowComparison(
                Integer.toString(report.key().primary()),
                Integer.toString(report.key().shadow()),
                policy.percent(),
                policy.watching(),
                report.ended(),
                report.verdict().outcome().name().toLowerCase(Locale.ROOT),
                report.verdict().reasons(),
                report.samples(),
                report.requests(),
                report.dropped(),
                new ShadowList.Errors(report.primaryFailed(), report.failed()),
                report.lastFailure(),
                new ShadowList.Agreement(
                        report.agreement().value(),
                        report.agreement().low(),
                        report.agreement().high(),
                        comparators.isEmpty() ? null : comparators),
                new ShadowList.LatencyPair(
                        percentiles(report.primaryLatency()), percentiles(report.shadowLatency())),
                report.outputs().stream().map(ShadowViews::output).toList(),
                report.unshared(),
                report.worst().stream().map(ShadowViews::worst).toList(),
                new ShadowList.Gate(
                        gate.minSamples(),
                        gate.minAgreement(),
                        gate.maxP99Ratio(),
                        gate.p99SlackMillis(),
                        gate.duration().toSeconds(),
                        gate.promotes() ? "automatic" : "manual",
                        gate.rollbackWindow().toSeconds()),
                report.since());
    }

    private static ShadowList.Percentiles percentiles(ShadowReport.Percentiles latency) {
        return new ShadowList.Percentiles(latency.p50(), latency.p95(), latency.p99());
    }

    private static ShadowList.OutputComparison output(OutputReport output) {
        return new ShadowList.OutputComparison(
                output.name(),
                ShadowCodec.name(output.comparator()),
                output.maxAbsDiff(),
                output.meanAbsDiff(),
                output.cosineMin(),
                output.psi(),
                output.ks());
    }

    private static ShadowList.WorstRow worst(Disagreement row) {
        return new ShadowList.WorstRow(
                row.id(),
                row.row(),
                row.score(),
                values(row.request()),
                values(row.primary()),
                values(row.shadow()));
    }

    private static Map<String, RowValues> values(List<Sample> samples) {
        var values = new LinkedHashMap<String, RowValues>();
        for (var sample : samples) {
            values.put(
                    sample.name(),
                    new RowValues(
                            sample.shape(), sample.values(), sample.elements(), sample.redacted()));
        }
        return values;
    }

    static ShadowHistory.ShadowMinute minute(ShadowMinute minute) {
        return new ShadowHistory.ShadowMinute(
                minute.at(),
                minute.rows(),
                minute.agreed(),
                minute.failed(),
                minute.dropped(),
                new ShadowHistory.MinuteLatency(minute.primaryP50(), minute.primaryP99()),
                new ShadowHistory.MinuteLatency(minute.shadowP50(), minute.shadowP99()));
    }
}
