package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.suite.Series.Unit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Rows a second of a model that takes most of the time, beside a loop without a server at its best
/// batch size and threads.
record ComputeBoundRow(int connections) implements SuiteRow {
    private static final int WIDTH = 64;
    private static final int LAYER = 1536;
    private static final int[] BATCHES = {1, 8, 32, 64, 128};
    private static final Goal GOAL = Goal.atLeast(0.95);

    @Override
    public String name() {
        return "compute-bound-64";
    }

    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var model =
                SuiteModel.forged(
                        "large",
                        () -> ModelForge.perceptron(WIDTH, LAYER, LAYER, LAYER, 10),
                        WIDTH,
                        """
                        {"max_batch_size": 64}""");
        var side = Side.all(stage, model).getFirst();
        var file = stage.path(model.name());
        var best = best(stage, file);
        Side.warmUp(List.of(side), stage, connections);
        var bare = new ArrayList<Double>();
        var sizes = new BatchSizes(stage.server(), model.requests().getFirst());
        for (int round = 1; round <= stage.timing().rounds(); round++) {
            stage.progress(round);
            try (var _ = sizes.watch()) {
                side.turn(stage, connections);
            }
            bare.add(stage.yardsticks().measure(best, file, stage.timing().turn()).rowsPerSecond());
        }
        var series =
                List.of(
                        Series.of("matih, rows", Unit.PER_SECOND, side.throughput()),
                        Series.of("bare loop, rows", Unit.PER_SECOND, bare),
                        Series.of("matih p99", Unit.MILLIS, side.percentile(99)),
                        Series.of("generator, of all cores", Unit.PERCENT, side.generatorPercent()),
                        Series.ratio("ratio to the bare loop", side.throughput(), bare, GOAL));
        return new RowResult(
                name(),
                "perceptron of 20 MB, JSON, 1 row, %d connections".formatted(connections),
                series,
                side.wrong(),
                List.of(
                        "bare loop at its best: %d rows a run, %d loops, %d threads each"
                                .formatted(best.rows(), best.loops(), best.threads()),
                        sizes.summary()));
    }

    private static BareLoop best(Stage stage, Path model) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        var time = stage.timing().turn().dividedBy(2);
        var best = new BareLoop(1, 1, 1);
        double fastest = 0;
        for (int rows : BATCHES) {
            for (var loop : List.of(new BareLoop(rows, cores, 1), new BareLoop(rows, 1, cores))) {
                stage.progress().accept("bare loop, " + loop);
                double speed =
                        stage.yardsticks().measure(loop, model, atLeast(time)).rowsPerSecond();
                if (speed > fastest) {
                    fastest = speed;
                    best = loop;
                }
            }
        }
        return best;
    }

    /// A few runs must fit.
    private static Duration atLeast(Duration time) {
        var least = Duration.ofMillis(300);
        return time.compareTo(least) < 0 ? least : time;
    }
}
