package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.suite.Series.Unit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// How long a lone request takes beside its two inevitable parts: the model's run and a request
/// that does nothing.
record OneConnectionRow() implements SuiteRow {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double GOAL = 1.15;

    @Override
    public String name() {
        return "one-connection-p50";
    }

    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var model = SuiteModel.digits();
        var sides = Side.all(stage, model);
        Side.warmUp(sides, stage, 1);
        var bare = new ArrayList<Double>();
        var loop = new BareLoop(1, 1, 1);
        for (int round = 1; round <= stage.timing().rounds(); round++) {
            stage.progress(round);
            for (var side : sides) {
                side.turn(stage, 1);
            }
            var speed =
                    stage.yardsticks()
                            .measure(loop, stage.path(model.name()), stage.timing().turn());
            bare.add(speed.p50Nanos() / NANOS_PER_MILLI);
        }
        var ours = sides.getFirst().percentile(50);
        var javalin = sum("bare run + empty Javalin", bare, sides.get(1).percentile(50));
        var jetty = sum("bare run + empty Jetty", bare, sides.get(2).percentile(50));
        var series =
                List.of(
                        Series.of("matih p50", Unit.MILLIS, ours),
                        Series.of("matih p99", Unit.MILLIS, sides.getFirst().percentile(99)),
                        Series.of("bare run p50", Unit.MILLIS, bare),
                        Series.of("empty Javalin p50", Unit.MILLIS, sides.get(1).percentile(50)),
                        Series.of("empty Jetty p50", Unit.MILLIS, sides.get(2).percentile(50)),
                        Series.ratio("ratio to bare run + empty Jetty", ours, jetty, null),
                        Series.ratio(
                                "ratio to bare run + empty Javalin",
                                ours,
                                javalin,
                                Goal.atMost(GOAL)));
        return new RowResult(
                name(),
                "digits-mlp, JSON, 1 row, 1 connection",
                series,
                Side.wrong(sides),
                List.of());
    }

    private static List<Double> sum(String label, List<Double> left, List<Double> right) {
        return Series.combined(label, left, right, Double::sum, null).values();
    }
}
