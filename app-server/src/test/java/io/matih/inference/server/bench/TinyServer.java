package io.matih.inference.server.bench;

import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/// A real server with one scripted answer for each request that comes.
final class TinyServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger requests = new AtomicInteger();

    /// @param retryAfter whether it says when to come again
    record Reply(int status, String body, boolean retryAfter) {
        static Reply good(String body) {
            return new Reply(200, body, false);
        }
    }

    /// @param script told the request's number, from 0; may block
    TinyServer(IntFunction<Reply> script) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    var reply = script.apply(requests.getAndIncrement());
                    var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
                    if (reply.retryAfter()) {
                        exchange.getResponseHeaders().set("Retry-After", "1");
                    }
                    exchange.sendResponseHeaders(reply.status(), bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
    }

    int requests() {
        return requests.get();
    }

    /// @param expected body of every answer
    LoadPlan plan(int connections, Duration duration, String expected) {
        var url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        var request =
                LoadRequest.post(
                        url, null, new byte[] {'{', '}'}, ExpectedAnswer.of(bytes(expected)));
        return LoadPlan.closed(
                server.getAddress(), List.of(request), connections, Duration.ZERO, duration);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
