package io.matih.inference.server.bench.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The suite `serving`: what a prediction costs beside doing nothing, and what the product does
/// when more is asked of it than it can do.
public final class ServingSuite {
    private static final int CONNECTIONS = 64;

    /// More of them would hold more bytes of bodies than a small server takes.
    private static final int PICTURE_CONNECTIONS = 8;

    private static final List<SuiteRow> ROWS =
            List.of(
                    new ThroughputRow(
                            "json-predict-64",
                            "digits-mlp, JSON, 1 row of 64 floats, 64 connections",
                            SuiteModel::digits,
                            CONNECTIONS,
                            Goal.atLeast(0.9)),
                    new ThroughputRow(
                            "json-1024-floats-64",
                            "small perceptron, JSON, 1 row of 1,024 floats, 64 connections",
                            () ->
                                    SuiteModel.forged(
                                            "wide",
                                            () -> ModelForge.perceptron(1024, 16, 10),
                                            1024,
                                            null),
                            CONNECTIONS,
                            Goal.atLeast(0.6)),
                    new BinaryRow(CONNECTIONS),
                    new PictureRow(PICTURE_CONNECTIONS),
                    new GrpcRow(CONNECTIONS),
                    new OneConnectionRow(),
                    new ComputeBoundRow("compute-bound-64", CONNECTIONS, 1),
                    new ComputeBoundRow("compute-bound-64x16", CONNECTIONS, 16),
                    new OverloadRow("overload-2x", 2),
                    new OverloadRow("overload-5x", 5),
                    new HotSwapRow(CONNECTIONS));

    private final Timing timing;
    private final Watcher watcher;

    public ServingSuite(Timing timing, Watcher watcher) {
        this.timing = timing;
        this.watcher = watcher;
    }

    /// Told how the suite goes.
    public interface Watcher {
        void begins(String row);

        void progress(String what);

        void ended(RowResult result);
    }

    /// The rows' names, in the order in which they run.
    public static List<String> names() {
        return ROWS.stream().map(SuiteRow::name).toList();
    }

    /// @param wanted names of rows
    public List<RowResult> run(List<String> wanted) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory("matih-bench");
        try {
            return run(wanted, folder);
        } finally {
            delete(folder);
        }
    }

    private List<RowResult> run(List<String> wanted, Path folder)
            throws IOException, InterruptedException {
        var results = new ArrayList<RowResult>();
        watcher.progress("starting the server and its yardsticks");
        try (var yardsticks = new YardstickProcess(folder);
                var server = new OurServer(folder)) {
            var stage = new Stage(folder, server, yardsticks, timing, watcher::progress);
            for (var row : ROWS) {
                if (wanted.contains(row.name())) {
                    watcher.begins(row.name());
                    var result = row.run(stage);
                    results.add(result);
                    watcher.ended(result);
                }
            }
        }
        return results;
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
