package io.matih.inference.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Answer of `GET /api/v1/inference/deployments/{name}/shadow`. Where there is one shadow, its
/// fields stand beside these.
public record ShadowList(String deployment, List<ShadowComparison> shadows) {
    /// Two versions, compared.
    ///
    /// @param watching whether the shadow was the primary before, and the primary is judged
    /// @param ended whether nothing more is compared, because the gate's time is over
    /// @param verdict pass, fail or insufficient
    /// @param samples rows that were asked of both
    /// @param requests that were mirrored and have come back
    /// @param dropped requests that were not mirrored because the shadow was behind
    /// @param lastError of the shadow
    /// @param unshared outputs that are not compared, and why
    /// @param worst the rows on which they differ most
    public record ShadowComparison(
            String primary,
            String shadow,
            int percent,
            boolean watching,
            boolean ended,
            String verdict,
            List<String> reasons,
            long samples,
            long requests,
            long dropped,
            Errors errors,
            @Nullable String lastError,
            Agreement agreement,
            LatencyPair latencyMs,
            List<OutputComparison> outputs,
            Map<String, String> unshared,
            List<WorstRow> worst,
            Gate gate,
            Instant since) {}

    /// Requests that were not answered.
    public record Errors(long primary, long shadow) {}

    /// @param low with 95 % confidence, looked at once
    /// @param high likewise
    /// @param comparator what agreement means; null before the first comparison
    public record Agreement(double value, double low, double high, @Nullable String comparator) {}

    /// In milliseconds.
    public record LatencyPair(Percentiles primary, Percentiles shadow) {}

    public record Percentiles(
            @JsonProperty("p50") double p50,
            @JsonProperty("p95") double p95,
            @JsonProperty("p99") double p99) {}

    /// One output.
    ///
    /// @param psi population stability index
    /// @param ks greatest difference of the cumulative shares; null for labels
    public record OutputComparison(
            String name,
            String comparator,
            double maxAbsDiff,
            double meanAbsDiff,
            @Nullable Double cosineMin,
            double psi,
            @Nullable Double ks) {}

    /// A row on which they differ.
    ///
    /// @param id the request's own
    /// @param row within the request, from 0
    /// @param score the greatest difference of two elements
    public record WorstRow(
            @Nullable String id,
            long row,
            double score,
            Map<String, RowValues> request,
            Map<String, RowValues> primary,
            Map<String, RowValues> shadow) {}

    /// A row of a tensor.
    ///
    /// @param data the first of its elements; empty where they are redacted
    /// @param elements how many there are
    public record RowValues(List<Long> shape, List<Object> data, long elements, boolean redacted) {}

    /// What the shadow has to show.
    public record Gate(
            long minSamples,
            double minAgreement,
            @JsonProperty("max_p99_ratio") double maxP99Ratio,
            @JsonProperty("p99_slack_ms") double p99SlackMs,
            long durationS,
            String promote,
            long rollbackWindowS) {}
}
