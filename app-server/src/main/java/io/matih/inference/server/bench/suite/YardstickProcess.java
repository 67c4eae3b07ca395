package io.matih.inference.server.bench.suite;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The yardsticks, seen from the process that measures. One thread.
final class YardstickProcess implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final ChildJvm child;
    private final Writer orders;
    private final BufferedReader answers;
    private final URI javalin;
    private final URI jetty;
    private final String grpc;

    YardstickProcess(Path folder) throws IOException {
        child =
                new ChildJvm(
                        folder.resolve("yardsticks.log"), Yardsticks.class.getName(), List.of());
        orders = child.process().outputWriter();
        answers = child.process().inputReader();
        try {
            var ports = read();
            javalin = url(ports.get("javalin").intValue());
            jetty = url(ports.get("jetty").intValue());
            grpc = "127.0.0.1:" + ports.get("grpc").intValue();
        } catch (IOException | RuntimeException e) {
            child.close();
            throw e;
        }
    }

    URI javalin() {
        return javalin;
    }

    URI jetty() {
        return jetty;
    }

    /// Host and port.
    String grpc() {
        return grpc;
    }

    /// The message that the empty method answers from now on.
    void grpcAnswersWith(byte[] message) throws IOException {
        ask(JSON.createObjectNode().put("grpc_answer", message));
    }

    /// What the empty handlers answer from now on.
    void answerWith(byte[] body) throws IOException {
        ask(JSON.createObjectNode().put("answer", body));
    }

    BareLoop.Speed measure(BareLoop loop, Path model, Duration time) throws IOException {
        var speed =
                ask(
                        JSON.createObjectNode()
                                .put("model", model.toString())
                                .put("rows", loop.rows())
                                .put("loops", loop.loops())
                                .put("threads", loop.threads())
                                .put("millis", time.toMillis()));
        return new BareLoop.Speed(
                speed.get("rows_per_second").doubleValue(), speed.get("p50_nanos").longValue());
    }

    private JsonNode ask(JsonNode order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        return read();
    }

    private JsonNode read() throws IOException {
        var line = answers.readLine();
        if (line == null) {
            throw child.failure("the yardsticks ended");
        }
        return JSON.readTree(line);
    }

    private static URI url(int port) {
        return URI.create("http://127.0.0.1:" + port + Yardsticks.PATH);
    }

    @Override
    public void close() {
        child.close();
    }
}
