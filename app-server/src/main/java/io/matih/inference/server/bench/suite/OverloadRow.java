package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.Arrivals;
import io.matih.inference.server.bench.LoadPlan.Pace;
import io.matih.inference.server.bench.LoadReport;
import io.matih.inference.server.bench.suite.Series.Unit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// More requests than a slow model can answer, whether or not earlier ones were answered: what is
/// accepted must stay fast, the rest must be refused at once, nobody must be left waiting.
///
/// @param factor of the peak that a closed loop finds
record OverloadRow(String name, int factor) implements SuiteRow {
    private static final double NEARLY = 0.9;
    private static final int PEAK_CONNECTIONS = 64;
    private static final int OPEN_CONNECTIONS = 768;
    private static final int WIDTH = 16;
    private static final int SIDE = 64;
    private static final int TIMES = 40;

    /// As an operator configures a model that must not answer late: whoever would wait longer than
    /// a few runs is refused. One thread computes, so that there is a core to refuse with.
    private static final String CONFIG =
            """
            {"dynamic_batching": {"default_queue_policy": {"default_timeout_microseconds": 50000}},
             "instance_group": [{"kind": "KIND_CPU", "count": 1}],
             "parameters": {"intra_op_thread_count": {"string_value": "1"}}}""";

    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var model =
                SuiteModel.forged("slow", () -> ModelForge.slow(WIDTH, SIDE, TIMES), WIDTH, CONFIG);
        var side = Side.all(stage, model).getFirst();
        Side.warmUp(List.of(side), stage, PEAK_CONNECTIONS);
        var turns = new ArrayList<Turn>();
        for (int round = 1; round <= stage.timing().rounds(); round++) {
            stage.progress(round);
            var closed = stage.turn(side.url(), side.requests(), PEAK_CONNECTIONS);
            var peak = stage.run(closed);
            var below = stage.run(closed.paced(pace(peak.throughput() * NEARLY), OPEN_CONNECTIONS));
            var above = stage.run(closed.paced(pace(peak.throughput() * factor), OPEN_CONNECTIONS));
            turns.add(new Turn(peak, below, above));
        }
        long wrong = turns.stream().mapToLong(Turn::wrong).sum();
        return new RowResult(
                name,
                "slow model, JSON, 1 row, open loop at %d times the peak".formatted(factor),
                series(turns),
                wrong,
                List.of());
    }

    private static Pace pace(double rate) {
        return new Pace(Math.max(1, rate), Arrivals.POISSON);
    }

    private static List<Series> series(List<Turn> turns) {
        return List.of(
                Series.of(
                        "peak, closed loop",
                        Unit.PER_SECOND,
                        each(turns, t -> t.peak.throughput())),
                Series.of("goodput", Unit.PER_SECOND, each(turns, t -> t.above.throughput())),
                Series.of("p99 at 0.9 × peak", Unit.MILLIS, each(turns, t -> p99(t.below))),
                Series.of("p99 of the accepted", Unit.MILLIS, each(turns, t -> p99(t.above))),
                Series.of(
                        "refused",
                        Unit.PER_SECOND,
                        each(
                                turns,
                                t ->
                                        t.above.refused().getTotalCount()
                                                * 1e9
                                                / t.above.duration().toNanos())),
                Series.of(
                        "generator, of all cores",
                        Unit.PERCENT,
                        each(turns, t -> t.above.cpuShare() * 100)),
                goal(
                        "due, but no connection free",
                        Unit.COUNT,
                        each(turns, t -> t.above.unsent()),
                        Goal.atMost(0)),
                goal(
                        "refusals without Retry-After",
                        Unit.COUNT,
                        each(turns, t -> t.above.refusedWithoutRetryAfter()),
                        Goal.atMost(0)),
                goal(
                        "time-outs and resets",
                        Unit.COUNT,
                        each(turns, t -> t.above.timeouts() + t.above.broken()),
                        Goal.atMost(0)),
                goal(
                        "p99 of the refusals",
                        Unit.MILLIS,
                        each(turns, t -> t.above.refused().getValueAtPercentile(99) / 1e6),
                        Goal.atMost(20)),
                goal(
                        "p99 ratio to 0.9 × peak",
                        Unit.RATIO,
                        each(turns, t -> p99(t.above) / p99(t.below)),
                        Goal.atMost(2)),
                goal(
                        "goodput ratio to peak",
                        Unit.RATIO,
                        each(turns, t -> t.above.throughput() / t.peak.throughput()),
                        Goal.atLeast(NEARLY)));
    }

    private static Series goal(String label, Unit unit, List<Double> values, Goal goal) {
        return new Series(label, unit, values, goal);
    }

    private static List<Double> each(List<Turn> turns, ToDoubleFunction<Turn> value) {
        return turns.stream().map(turn -> value.applyAsDouble(turn)).toList();
    }

    /// Where none was accepted in the whole time, they waited at least that long.
    private static double p99(LoadReport report) {
        return report.accepted().getTotalCount() == 0
                ? report.duration().toMillis()
                : report.accepted().getValueAtPercentile(99) / 1e6;
    }

    /// One round: as much as it can, a little less, far more.
    private record Turn(LoadReport peak, LoadReport below, LoadReport above) {
        long wrong() {
            return peak.wrong() + below.wrong() + above.wrong();
        }
    }
}
