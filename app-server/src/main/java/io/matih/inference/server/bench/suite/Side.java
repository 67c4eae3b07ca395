package io.matih.inference.server.bench.suite;

import io.matih.inference.server.bench.ExpectedAnswer;
import io.matih.inference.server.bench.LoadReport;
import io.matih.inference.server.bench.LoadRequest;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// One of the servers that take turns, and what it did in each round.
final class Side {
    private static final double NANOS_PER_MILLI = 1e6;

    private final String label;
    private final URI url;
    private final List<LoadRequest> requests;
    private final List<LoadReport> reports = new ArrayList<>();

    Side(String label, URI url, List<LoadRequest> requests) {
        this.label = label;
        this.url = url;
        this.requests = requests;
    }

    /// The product, the two empty handlers, in this order; all get the same requests, and the empty
    /// ones answer what the product does.
    static List<Side> all(Stage stage, SuiteModel model) throws IOException {
        var server = stage.server();
        server.deploy(model.name(), stage.write(model.name(), model.onnx().get()), model.config());
        var bodies = model.requests();
        var answers = bodies.stream().map(server::predict).toList();
        stage.yardsticks().answerWith(answers.getFirst());
        var echoed = ExpectedAnswer.of(answers.getFirst());
        var ours = new ArrayList<LoadRequest>();
        for (int i = 0; i < bodies.size(); i++) {
            ours.add(
                    LoadRequest.post(
                            server.predictUrl(),
                            null,
                            bodies.get(i),
                            ExpectedAnswer.of(answers.get(i))));
        }
        return List.of(
                new Side("matih", server.predictUrl(), ours),
                empty("empty Javalin", stage.yardsticks().javalin(), bodies, echoed),
                empty("empty Jetty", stage.yardsticks().jetty(), bodies, echoed));
    }

    private static Side empty(String label, URI url, List<byte[]> bodies, ExpectedAnswer expected) {
        return new Side(
                label,
                url,
                bodies.stream().map(body -> LoadRequest.post(url, null, body, expected)).toList());
    }

    /// All sides in turn, after a warm-up.
    static void measure(List<Side> sides, Stage stage, int connections)
            throws IOException, InterruptedException {
        warmUp(sides, stage, connections);
        for (int round = 1; round <= stage.timing().rounds(); round++) {
            stage.progress(round);
            for (var side : sides) {
                side.turn(stage, connections);
            }
        }
    }

    static void warmUp(List<Side> sides, Stage stage, int connections)
            throws IOException, InterruptedException {
        for (var side : sides) {
            stage.progress().accept("warming up " + side.label);
            stage.warmUp(side.url, side.requests, connections);
        }
    }

    void turn(Stage stage, int connections) throws IOException, InterruptedException {
        reports.add(stage.run(stage.turn(url, requests, connections)));
    }

    String label() {
        return label;
    }

    URI url() {
        return url;
    }

    List<LoadRequest> requests() {
        return requests;
    }

    List<Double> throughput() {
        return values(LoadReport::throughput);
    }

    /// In milliseconds.
    List<Double> percentile(double percentile) {
        return values(
                report -> report.accepted().getValueAtPercentile(percentile) / NANOS_PER_MILLI);
    }

    List<Double> generatorPercent() {
        return values(report -> report.cpuShare() * 100);
    }

    private List<Double> values(ToDoubleFunction<LoadReport> value) {
        return reports.stream().map(report -> value.applyAsDouble(report)).toList();
    }

    /// Wrong answers, refusals and broken connections: nothing here asks for more than there is.
    long wrong() {
        return reports.stream()
                .mapToLong(r -> r.wrong() + r.refused().getTotalCount() + r.broken())
                .sum();
    }

    static long wrong(List<Side> sides) {
        return sides.stream().mapToLong(Side::wrong).sum();
    }
}
