package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.ExpectedAnswer;
import io.matih.inference.server.bench.LoadRequest;
import io.matih.inference.server.bench.suite.Series.Unit;

import java.io.IOException;
import java.util.List;

/// Pictures of 1×3×224×224 in binary beside the same ones in JSON.
record PictureRow(int connections) implements SuiteRow {
    private static final int SIDE = 224;
    private static final int[] SHAPE = {1, 3, SIDE, SIDE};
    private static final int PICTURES = 2;
    private static final Goal GOAL = Goal.atLeast(3);

    @Override
    public String name() {
        return "binary-picture";
    }

    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var model =
                SuiteModel.forged("picture", () -> ModelForge.picture(SIDE), SHAPE, null, PICTURES);
        var server = stage.server();
        server.deploy(model.name(), stage.write(model.name(), model.onnx().get()), model.config());
        var binary = new BinaryCalls(model.name(), model.input(), model.shape(), model.rows());
        var calls = binary.ask(server);
        var json =
                new Side(
                        "JSON",
                        server.predictUrl(),
                        model.requests().stream()
                                .map(
                                        body ->
                                                LoadRequest.post(
                                                        server.predictUrl(),
                                                        null,
                                                        body,
                                                        ExpectedAnswer.of(server.predict(body))))
                                .toList());
        var sides = List.of(BinaryRow.side("binary", server.url(binary.path()), calls), json);
        Side.measure(sides, stage, connections);
        var ours = sides.getFirst();
        return new RowResult(
                name(),
                "pictures of 1×3×224×224, %d connections".formatted(connections),
                List.of(
                        Series.of("binary", Unit.PER_SECOND, ours.throughput()),
                        Series.of("JSON", Unit.PER_SECOND, json.throughput()),
                        Series.of("binary p50", Unit.MILLIS, ours.percentile(50)),
                        Series.of("JSON p50", Unit.MILLIS, json.percentile(50)),
                        Series.of("generator, of all cores", Unit.PERCENT, ours.generatorPercent()),
                        Series.ratio("ratio to JSON", ours.throughput(), json.throughput(), GOAL)),
                Side.wrong(sides),
                List.of());
    }
}
