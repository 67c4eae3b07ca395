package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.ExpectedAnswer;
import io.matih.inference.server.bench.LoadGenerator;
import io.matih.inference.server.bench.LoadPlan;
import io.matih.inference.server.bench.LoadReport;
import io.matih.inference.server.bench.LoadRequest;
import io.matih.inference.server.bench.suite.Series.Unit;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Deploys that take each other's place under load: no request may fail, and each answer must be
/// that of the version that it names.
record HotSwapRow(int connections) implements SuiteRow {
    private static final String NAME = "swap";

    @Override
    public String name() {
        return "hot-swap";
    }

    @Override
    public RowResult run(Stage stage) throws IOException, InterruptedException {
        var server = stage.server();
        var first = constant(7);
        var body = first.requests().getFirst();
        var uris = new ArrayList<String>();
        var answers = new ArrayList<byte[]>();
        for (var model : List.of(first, constant(9))) {
            var file = stage.write(model.name(), model.onnx().get());
            uris.add("model://%s/%s".formatted(NAME, server.deploy(NAME, file, null)));
            answers.add(server.predict(body));
        }
        var request =
                LoadRequest.post(
                        server.predictUrl(),
                        null,
                        body,
                        ExpectedAnswer.of(answers.get(0), answers.get(1)));
        stage.progress().accept("%d swaps".formatted(stage.timing().swaps()));
        stage.warmUp(server.predictUrl(), List.of(request), connections);
        var swapMillis = new ArrayList<Double>();
        var reports = new ArrayList<LoadReport>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var swaps = executor.submit(() -> swap(stage, uris, swapMillis));
            do {
                reports.add(load(stage, request));
            } while (!swaps.isDone());
            finish(swaps);
        }
        return result(reports, swapMillis);
    }

    private static SuiteModel constant(int value) {
        return SuiteModel.forged(NAME, () -> ModelForge.constant(value), 1, null);
    }

    private LoadReport load(Stage stage, LoadRequest request)
            throws IOException, InterruptedException {
        return LoadGenerator.run(
                LoadPlan.closed(
                        Stage.address(stage.server().predictUrl()),
                        List.of(request),
                        connections,
                        Duration.ZERO,
                        stage.timing().turn()));
    }

    private static void swap(Stage stage, List<String> uris, List<Double> millis) {
        for (int i = 0; i < stage.timing().swaps(); i++) {
            long started = System.nanoTime();
            stage.server().deploy(NAME, uris.get(i % 2), null);
            millis.add((System.nanoTime() - started) / 1e6);
        }
    }

    private static void finish(Future<?> swaps) throws InterruptedException {
        try {
            swaps.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a swap failed: " + e.getCause(), e);
        }
    }

    private RowResult result(List<LoadReport> reports, List<Double> swapMillis) {
        long failed = reports.stream().mapToLong(LoadReport::failed).sum();
        long wrong = reports.stream().mapToLong(LoadReport::wrong).sum();
        long checked = reports.stream().mapToLong(LoadReport::checked).sum();
        var throughput = reports.stream().map(LoadReport::throughput).toList();
        var p99 = reports.stream().map(r -> r.accepted().getValueAtPercentile(99) / 1e6).toList();
        var series =
                List.of(
                        Series.of("matih during swaps", Unit.PER_SECOND, throughput),
                        Series.of("matih p99", Unit.MILLIS, p99),
                        Series.of("one swap", Unit.MILLIS, swapMillis),
                        count("failed requests", failed),
                        count("wrong or mixed answers", wrong));
        return new RowResult(
                name(),
                "two models take each other's place %d times, %d connections"
                        .formatted(swapMillis.size(), connections),
                series,
                wrong + failed,
                List.of(String.format(Locale.ROOT, "%,d answers checked", checked)));
    }

    private static Series count(String label, long value) {
        return new Series(label, Unit.COUNT, List.of((double) value), Goal.atMost(0));
    }
}
