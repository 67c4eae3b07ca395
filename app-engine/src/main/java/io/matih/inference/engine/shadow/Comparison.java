package io.matih.inference.engine.shadow;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.shadow.ShadowReport.Percentiles;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Everything that is counted of two versions' answers, in memory that does not grow. Any thread.
final class Comparison {
    private static final int WORST = 10;
    private static final int MOST_UNSHARED = 100;
    private static final long WORST_BYTES = 64 << 10;

    private final Instant since;
    private final Latencies primaryLatency;
    private final Latencies shadowLatency;
    private final Map<String, OutputStatistics> outputs = new TreeMap<>();
    private final Map<String, String> unshared = new TreeMap<>();
    private final List<Disagreement> worst;
    private final Minute minute = new Minute();
    private long requests;
    private long trials;
    private long agreed;
    private long failed;
    private long primaryFailed;
    private long dropped;
    private @Nullable String lastFailure;
    private boolean changed;

    Comparison(ComparisonState state) {
        since = state.since();
        requests = state.requests();
        trials = state.trials();
        agreed = state.agreed();
        failed = state.failed();
        primaryFailed = state.primaryFailed();
        dropped = state.dropped();
        lastFailure = state.lastFailure();
        primaryLatency = Latencies.decoded(state.primaryLatency());
        shadowLatency = Latencies.decoded(state.shadowLatency());
        state.outputs().forEach((name, output) -> outputs.put(name, new OutputStatistics(output)));
        unshared.putAll(state.unshared());
        worst = new ArrayList<>(state.worst());
    }

    Instant since() {
        return since;
    }

    /// Both have answered.
    synchronized void answered(
            ShadowPolicy policy,
            InferenceRequest request,
            InferenceResponse primary,
            InferenceResponse shadow) {
        changed = true;
        requests++;
        latency(primary, shadow);
        long rows = rows(primary);
        var matches = matches(policy, primary, shadow, rows);
        for (long row = 0; row < rows; row++) {
            double score = matches == null ? RowMatch.FARTHEST : score(matches, row);
            if (score < 0) {
                agreed++;
                minute.agreed++;
            } else {
                keep(policy, request, primary, shadow, row, rows, score);
            }
        }
        trials += rows;
        minute.rows += rows;
    }

    private void latency(InferenceResponse primary, InferenceResponse shadow) {
        // An answer that was kept from an earlier request says nothing about how long one takes.
        if (primary.batch() != null && shadow.batch() != null) {
            long ours = primary.timings().totalNanos();
            long theirs = shadow.timings().totalNanos();
            primaryLatency.record(ours);
            shadowLatency.record(theirs);
            minute.primary.record(ours);
            minute.shadow.record(theirs);
        }
    }

    /// The rows that all outputs have; one where they differ.
    private static long rows(InferenceResponse response) {
        long rows = -1;
        for (var output : response.outputs()) {
            if (output.shape().rank() == 0 || (rows >= 0 && output.rows() != rows)) {
                return 1;
            }
            rows = output.rows();
        }
        return rows < 0 ? 1 : rows;
    }

    /// What both have answered.
    ///
    /// @return null where the shadow's answer has another shape, so that nothing agrees
    private @Nullable List<Match> matches(
            ShadowPolicy policy, InferenceResponse primary, InferenceResponse shadow, long rows) {
        var theirs = new HashMap<String, Tensor>();
        shadow.outputs().forEach(output -> theirs.put(output.name(), output));
        var matches = new ArrayList<Match>();
        for (var ours : primary.outputs()) {
            var other = theirs.remove(ours.name());
            if (other == null) {
                unshared(ours.name(), "only the primary has it");
            } else if (other.datatype() != ours.datatype()) {
                unshared(
                        ours.name(),
                        "%s here, %s there".formatted(ours.datatype(), other.datatype()));
            } else if (!other.shape().equals(ours.shape())) {
                lastFailure =
                        "'%s' has shape %s, where the primary has %s"
                                .formatted(
                                        ServingException.clip(ours.name()),
                                        other.shape(),
                                        ours.shape());
                return null;
            } else {
                boolean labelled = primary.classLabels().containsKey(ours.name());
                var statistics =
                        outputs.computeIfAbsent(
                                ours.name(),
                                name ->
                                        new OutputStatistics(
                                                policy.rules()
                                                        .getOrDefault(
                                                                name,
                                                                DefaultRules.of(ours, labelled))));
                long width = rows == 0 ? 0 : ours.shape().elementCount() / rows;
                matches.add(
                        new Match(
                                statistics,
                                new RowMatch(
                                        statistics.rule(),
                                        new Values(ours),
                                        new Values(other),
                                        width)));
            }
        }
        theirs.keySet().forEach(name -> unshared(name, "only the shadow has it"));
        return matches;
    }

    private void unshared(String name, String why) {
        if (unshared.size() < MOST_UNSHARED) {
            unshared.putIfAbsent(name, why);
        }
    }

    /// @return negative where the row agrees
    private static double score(List<Match> matches, long row) {
        double score = -1;
        for (var match : matches) {
            match.statistics.add(match.rows, row);
            if (!match.rows.agrees(row)) {
                score = Math.max(score, match.rows.distance(row));
            }
        }
        return score;
    }

    private void keep(
            ShadowPolicy policy,
            InferenceRequest request,
            InferenceResponse primary,
            InferenceResponse shadow,
            long row,
            long rows,
            double score) {
        if (worst.size() == WORST && worst.getLast().score() >= score) {
            return;
        }
        long bytes = bytes(request.inputs()) + 2 * bytes(primary.outputs());
        if (bytes / Math.max(1, rows) > WORST_BYTES) {
            return;
        }
        worst.add(
                new Disagreement(
                        request.id(),
                        row,
                        score,
                        samples(policy, request.inputs(), row, rows),
                        samples(policy, primary.outputs(), row, rows),
                        samples(policy, shadow.outputs(), row, rows)));
        worst.sort(Comparator.comparingDouble(Disagreement::score).reversed());
        if (worst.size() > WORST) {
            worst.removeLast();
        }
    }

    private static long bytes(List<Tensor> tensors) {
        return tensors.stream().mapToLong(tensor -> tensor.data().byteSize()).sum();
    }

    private static List<Sample> samples(
            ShadowPolicy policy, List<Tensor> tensors, long row, long rows) {
        return tensors.stream()
                .map(
                        tensor ->
                                Sample.of(
                                        tensor,
                                        row,
                                        rows,
                                        policy.redacted().contains(tensor.name())))
                .toList();
    }

    /// The shadow did not answer: none of the rows agrees.
    synchronized void failed(InferenceResponse primary, ServingException failure) {
        changed = true;
        requests++;
        failed++;
        minute.failed++;
        long rows = rows(primary);
        trials += rows;
        minute.rows += rows;
        lastFailure = failure.code() + ": " + failure.getMessage();
    }

    synchronized void primaryFailed() {
        changed = true;
        primaryFailed++;
    }

    synchronized void dropped() {
        changed = true;
        dropped++;
        minute.dropped++;
    }

    synchronized Verdict verdict(ShadowPolicy policy) {
        var judge = new Judge(policy.gate());
        return policy.watching()
                ? judge.judge(trials, agreed, primaryLatency, shadowLatency)
                : judge.judge(trials, agreed, shadowLatency, primaryLatency);
    }

    synchronized ShadowReport report(ShadowKey key, ShadowPolicy policy, boolean ended) {
        return new ShadowReport(
                key,
                policy,
                since,
                ended,
                verdict(policy),
                trials,
                requests,
                dropped,
                primaryFailed,
                failed,
                lastFailure,
                Interval.wilson(agreed, trials),
                Percentiles.of(primaryLatency),
                Percentiles.of(shadowLatency),
                outputs.entrySet().stream()
                        .map(output -> output.getValue().report(output.getKey()))
                        .toList(),
                unshared,
                worst);
    }

    synchronized Totals totals() {
        return new Totals(trials, agreed, failed, dropped);
    }

    /// What has changed since the last call; null where nothing has.
    synchronized @Nullable ComparisonState takeChanges() {
        if (!changed) {
            return null;
        }
        changed = false;
        var states = new HashMap<String, OutputState>();
        outputs.forEach((name, output) -> states.put(name, output.state()));
        return new ComparisonState(
                since,
                requests,
                trials,
                agreed,
                failed,
                primaryFailed,
                dropped,
                primaryLatency.encoded(),
                shadowLatency.encoded(),
                states,
                unshared,
                worst,
                lastFailure);
    }

    /// What `takeChanges` took is not saved.
    synchronized void markChanged() {
        changed = true;
    }

    /// The minute that has gone by; null where nothing happened in it, or it has not.
    synchronized @Nullable ShadowMinute takeMinute(Instant now, boolean early) {
        var begun = now.truncatedTo(ChronoUnit.MINUTES);
        if (!early && begun.equals(minute.at)) {
            return null;
        }
        var gone = minute.at.equals(Instant.EPOCH) ? begun : minute.at;
        var taken = minute.isEmpty() ? null : minute.at(gone);
        minute.clear(begun);
        return taken;
    }

    /// @param trials rows that were asked of both
    record Totals(long trials, long agreed, long failed, long dropped) {}

    private record Match(OutputStatistics statistics, RowMatch rows) {}

    private static final class Minute {
        private final Latencies primary = new Latencies();
        private final Latencies shadow = new Latencies();
        private Instant at = Instant.EPOCH;
        private long rows;
        private long agreed;
        private long failed;
        private long dropped;

        private boolean isEmpty() {
            return rows == 0 && dropped == 0;
        }

        private ShadowMinute at(Instant begun) {
            return new ShadowMinute(
                    begun,
                    rows,
                    agreed,
                    failed,
                    dropped,
                    primary.millis(0.5),
                    primary.millis(0.99),
                    shadow.millis(0.5),
                    shadow.millis(0.99));
        }

        private void clear(Instant begun) {
            at = begun;
            rows = 0;
            agreed = 0;
            failed = 0;
            dropped = 0;
            primary.reset();
            shadow.reset();
        }
    }
}
