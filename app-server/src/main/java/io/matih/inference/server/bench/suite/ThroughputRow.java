package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.suite.Series.Unit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Requests a second beside handlers that do nothing.
///
/// @param goal of the ratio to the empty Javalin handler
record ThroughputRow(
        String name, String about, Supplier<SuiteModel> model, int connections, Goal goal)
        implements SuiteRow {
    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var sides = Side.all(stage, model.get());
        Side.measure(sides, stage, connections);
        var ours = sides.getFirst();
        var series = new ArrayList<Series>();
        for (var side : sides) {
            series.add(Series.of(side.label(), Unit.PER_SECOND, side.throughput()));
        }
        for (var side : sides) {
            series.add(Series.of(side.label() + " p50", Unit.MILLIS, side.percentile(50)));
            series.add(Series.of(side.label() + " p99", Unit.MILLIS, side.percentile(99)));
        }
        series.add(Series.of("generator, of all cores", Unit.PERCENT, ours.generatorPercent()));
        series.add(
                Series.ratio(
                        "ratio to empty Jetty",
                        ours.throughput(),
                        sides.get(2).throughput(),
                        null));
        series.add(
                Series.ratio(
                        "ratio to empty Javalin",
                        ours.throughput(),
                        sides.get(1).throughput(),
                        goal));
        return new RowResult(name, about, series, Side.wrong(sides), List.of());
    }
}
