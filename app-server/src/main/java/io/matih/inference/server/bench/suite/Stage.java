package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.LoadGenerator;
import io.matih.inference.server.bench.LoadPlan;
import io.matih.inference.server.bench.LoadReport;
import io.matih.inference.server.bench.LoadRequest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// What rows are measured on.
///
/// @param folder for files of this run
/// @param progress told what is being measured
record Stage(
        Path folder,
        OurServer server,
        YardstickProcess yardsticks,
        Timing timing,
        Consumer<String> progress) {
    private static final Duration SETTLE = Duration.ofMillis(200);

    Path write(String name, byte[] model) throws IOException {
        return Files.write(path(name), model);
    }

    /// Where `write` put it.
    Path path(String name) {
        return folder.resolve(name + ".onnx");
    }

    void progress(int round) {
        progress.accept("round %d of %d".formatted(round, timing.rounds()));
    }

    static InetSocketAddress address(URI url) {
        return new InetSocketAddress(url.getHost(), url.getPort());
    }

    /// One side's turn in a round.
    LoadPlan turn(URI url, List<LoadRequest> requests, int connections) {
        return LoadPlan.closed(address(url), requests, connections, SETTLE, timing.turn());
    }

    /// Compiles the paths that are about to be measured.
    void warmUp(URI url, List<LoadRequest> requests, int connections)
            throws IOException, InterruptedException {
        LoadGenerator.run(
                LoadPlan.closed(
                        address(url), requests, connections, Duration.ZERO, timing.warmup()));
    }

    LoadReport run(LoadPlan plan) throws IOException, InterruptedException {
        return LoadGenerator.run(plan);
    }
}
