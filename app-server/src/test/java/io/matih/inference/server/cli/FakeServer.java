package io.matih.inference.server.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A real HTTP server whose answers a test writes down; it remembers what it was asked.
public final class FakeServer implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Reply> replies = new HashMap<>();
    private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());

    private record Reply(int status, String body) {}

    /// One request as it came.
    ///
    /// @param raw the body, one character a byte
    public record Call(String method, String uri, String raw, Map<String, List<String>> headers) {
        public String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        public byte[] bytes() {
            return raw.getBytes(StandardCharsets.ISO_8859_1);
        }

        public String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }

    public FakeServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// @param call method and URI: `GET /healthz`
    public FakeServer on(String call, int status, String body) {
        replies.put(call, new Reply(status, body));
        return this;
    }

    public List<Call> calls() {
        return List.copyOf(calls);
    }

    public Call lastCall() {
        return calls().getLast();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        var reply = replies.getOrDefault(call, new Reply(404, "no such page"));
        var body = exchange.getRequestBody().readAllBytes();
        calls.add(
                new Call(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        new String(body, StandardCharsets.ISO_8859_1),
                        Map.copyOf(exchange.getRequestHeaders())));
        var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
