package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.suite.Series.Unit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Rows a second of a model that takes most of the time, beside a loop without a server at its best
/// batch size and threads.
///
/// @param rows of one request
record ComputeBoundRow(String name, int connections, int rows) implements SuiteRow {
    private static final int WIDTH = 64;
    private static final int LAYER = 1536;
    private static final int[] BATCHES = {1, 8, 32, 64, 128};
    private static final int LARGEST = 128;
    private static final int REQUESTS = 16;

    private static final Goal GOAL = Goal.atLeast(0.95);

    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var model =
                SuiteModel.forged(
                        "large-" + rows,
                        () -> ModelForge.perceptron(WIDTH, LAYER, LAYER, LAYER, 10),
                        new int[] {rows, WIDTH},
                        config(),
                        REQUESTS);
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
        var ours = side.throughput().stream().map(requests -> requests * rows).toList();
        var series =
                List.of(
                        Series.of("matih, rows", Unit.PER_SECOND, ours),
                        Series.of("bare loop, rows", Unit.PER_SECOND, bare),
                        Series.of("matih p99", Unit.MILLIS, side.percentile(99)),
                        Series.of("generator, of all cores", Unit.PERCENT, side.generatorPercent()),
                        Series.ratio("ratio to the bare loop", ours, bare, GOAL));
        return new RowResult(
                name(),
                "perceptron of 20 MB, JSON, rows a request: %d, %d connections"
                        .formatted(rows, connections),
                series,
                side.wrong(),
                List.of(
                        "bare loop at its best: %d rows a run, %d loops, %d threads each"
                                .formatted(best.rows(), best.loops(), best.threads()),
                        sizes.summary()));
    }

    /// As an operator configures a model that takes whole cores: an instance each, of one thread,
    /// and some patience, for a larger batch takes hardly longer than a small one.
    private String config() {
        int cores = Runtime.getRuntime().availableProcessors();
        int share = connections * rows / cores;
        return """
               {"max_batch_size": %d, "instance_group": [{"kind": "KIND_CPU", "count": %d}],
                "dynamic_batching": {
                  "max_queue_delay_microseconds": 5000, "preferred_batch_size": [%d]},
                "parameters": {"intra_op_thread_count": {"string_value": "1"}}}"""
                .formatted(LARGEST, cores, Math.min(LARGEST, share));
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
