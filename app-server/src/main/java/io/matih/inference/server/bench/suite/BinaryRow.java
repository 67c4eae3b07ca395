package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.suite.Series.Unit;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/// Requests a second with binary tensors, beside handlers that do nothing and get and send the very
/// same bytes.
record BinaryRow(int connections) implements SuiteRow {
    private static final Goal GOAL = Goal.atLeast(0.85);

    @Override
    public String name() {
        return "binary-infer-" + connections;
    }

    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var model = SuiteModel.digits();
        var server = stage.server();
        server.deploy(model.name(), stage.write(model.name(), model.onnx().get()), model.config());
        var binary =
                new BinaryCalls(
                        model.name(),
                        model.input(),
                        "1," + model.rows().getFirst().size(),
                        model.rows());
        var calls = binary.ask(server);
        var sides =
                List.of(
                        side("matih", server.url(binary.path()), calls),
                        empty(stage, "empty Javalin", stage.yardsticks().javalin(), calls),
                        empty(stage, "empty Jetty", stage.yardsticks().jetty(), calls));
        Side.measure(sides, stage, connections);
        var series = new ArrayList<Series>();
        for (var side : sides) {
            series.add(Series.of(side.label(), Unit.PER_SECOND, side.throughput()));
        }
        for (var side : sides) {
            series.add(Series.of(side.label() + " p99", Unit.MILLIS, side.percentile(99)));
        }
        var ours = sides.getFirst();
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
                        GOAL));
        return new RowResult(
                name(),
                "digits-mlp, binary both ways, 1 row of 64 floats, %d connections"
                        .formatted(connections),
                series,
                Side.wrong(sides),
                List.of());
    }

    static Side side(String label, URI url, List<BinaryCalls.Call> calls) {
        return new Side(label, url, calls.stream().map(call -> call.to(url)).toList());
    }

    /// An empty handler has one answer to everything.
    private static Side empty(Stage stage, String label, URI url, List<BinaryCalls.Call> calls)
            throws IOException {
        var first = calls.getFirst();
        stage.yardsticks().answerWith(first.answer());
        return side(
                label,
                url,
                calls.stream()
                        .map(
                                call ->
                                        new BinaryCalls.Call(
                                                call.headers(),
                                                call.body(),
                                                first.answer(),
                                                first.answerJson()))
                        .toList());
    }
}
