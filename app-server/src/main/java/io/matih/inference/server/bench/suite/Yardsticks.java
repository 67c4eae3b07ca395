package io.matih.inference.server.bench.suite;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// The process that the product is measured against: three servers that do nothing and a loop that
/// only runs models. It says on standard output where it listens, then answers each line of JSON on
/// standard input with one, and ends with its input.
final class Yardsticks {
    static final String PATH = "/api/v1/inference/predict";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final EmptyGrpc grpc = new EmptyGrpc();
    private volatile byte[] answer = {};

    private Yardsticks() throws IOException {}

    public static void main(String[] arguments) throws Exception { // the process ends with it
        new Yardsticks().run();
    }

    private void run() throws Exception { // starting Jetty declares no less
        var javalin = new EmptyJavalin(() -> answer);
        var jetty = new EmptyJetty(() -> answer);
        say(
                JSON.createObjectNode()
                        .put("javalin", javalin.port())
                        .put("jetty", jetty.port())
                        .put("grpc", grpc.port()));
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            say(obey(JSON.readTree(line)));
        }
        System.exit(0);
    }

    private JsonNode obey(JsonNode order) throws IOException, InterruptedException {
        if (order.has("answer")) {
            answer = order.get("answer").binaryValue();
            return JSON.createObjectNode();
        }
        if (order.has("grpc_answer")) {
            grpc.answerWith(order.get("grpc_answer").binaryValue());
            return JSON.createObjectNode();
        }
        var loop =
                new BareLoop(
                        order.get("rows").intValue(),
                        order.get("loops").intValue(),
                        order.get("threads").intValue());
        var speed =
                loop.measure(
                        Path.of(order.get("model").stringValue()),
                        Duration.ofMillis(order.get("millis").longValue()));
        return JSON.createObjectNode()
                .put("rows_per_second", speed.rowsPerSecond())
                .put("p50_nanos", speed.p50Nanos());
    }

    private static void say(JsonNode line) {
        System.out.println(line);
    }
}
