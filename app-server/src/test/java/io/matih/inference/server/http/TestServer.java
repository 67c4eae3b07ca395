package io.matih.inference.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// A listener with one route of each kind, on a free port.
final class TestServer implements AutoCloseable {
    static final String LARGE = "[" + "1234567890,".repeat(10_000) + "0]";

    private static final long ROUTE_LIMIT = 100_000;

    /// Bytes that handlers have seen.
    final AtomicLong bytesRead = new AtomicLong();

    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final HttpServer server;

    TestServer() {
        this(limits(Duration.ofSeconds(1), Duration.ofMillis(500), 1000, 1000));
    }

    TestServer(HttpLimits limits) {
        var settings =
                new HttpSettings(
                        "127.0.0.1",
                        0,
                        Set.of("models.example"),
                        Set.of("https://console.example"),
                        limits);
        server = HttpServer.start(settings, routes());
    }

    static HttpLimits limits(
            Duration headerTimeout, Duration bodyGrace, int connections, int perAddress) {
        return limits(
                HttpLimits.defaults().idleTimeout(),
                headerTimeout,
                bodyGrace,
                connections,
                perAddress);
    }

    static HttpLimits limits(
            Duration idleTimeout,
            Duration headerTimeout,
            Duration bodyGrace,
            int connections,
            int perAddress) {
        var usual = HttpLimits.defaults();
        return new HttpLimits(
                usual.bodyBytes(),
                usual.predictBodyBytes(),
                usual.inflationRatio(),
                usual.headerBytes(),
                usual.headerCount(),
                usual.uriBytes(),
                idleTimeout,
                headerTimeout,
                usual.bodyBytesPerSecond(),
                bodyGrace,
                new ConnectionLimits(connections, usual.connections().perAddress(), perAddress),
                usual.heldBytes(),
                usual.chunks());
    }

    /// @param bytes of bodies that all requests together may hold
    static HttpLimits holding(long bytes) {
        var usual = HttpLimits.defaults();
        return new HttpLimits(
                usual.bodyBytes(),
                usual.predictBodyBytes(),
                usual.inflationRatio(),
                usual.headerBytes(),
                usual.headerCount(),
                usual.uriBytes(),
                usual.idleTimeout(),
                usual.headerTimeout(),
                usual.bodyBytesPerSecond(),
                usual.bodyGrace(),
                usual.connections(),
                bytes,
                usual.chunks());
    }

    private List<Route> routes() {
        return List.of(
                Route.get("/healthz", ctx -> ctx.result("{\"live\":true}")).servingInDrain(),
                Route.get("/things", ctx -> ctx.result("{\"things\":[]}"))
                        .withQuery("limit", "page"),
                Route.get(
                        "/things/{name}",
                        ctx -> ctx.result("{\"name\":\"" + ctx.pathParam("name") + "\"}")),
                Route.get("/things/stats", ctx -> ctx.result("{\"stats\":true}")),
                Route.get("/large", ctx -> ctx.result(LARGE)),
                Route.get("/id", ctx -> ctx.result("\"" + Exchange.of(ctx).requestId() + "\"")),
                Route.get("/broken", _ -> fail()),
                Route.get("/refused", _ -> refuse()),
                Route.get("/slow", _ -> block()),
                Route.post(
                                "/api/echo",
                                ctx -> ctx.result(count(RequestBody.read(ctx, ROUTE_LIMIT))))
                        .withBodyLimit(ROUTE_LIMIT),
                Route.direct("/api/direct", TestServer::echo).withQuery("loud"),
                Route.post(
                        "/api/large",
                        ctx -> ctx.result("" + count(RequestBody.read(ctx, 64 << 20)).length)),
                Route.post(
                                "/v2/infer",
                                ctx -> ctx.result(count(RequestBody.read(ctx, ROUTE_LIMIT))))
                        .consuming(MediaType.JSON, MediaType.OCTET_STREAM),
                Route.post(
                                "/api/upload",
                                ctx -> {
                                    try (var body = RequestBody.stream(ctx, 1 << 30)) {
                                        ctx.result("" + drained(body));
                                    }
                                })
                        .consuming(MediaType.OCTET_STREAM)
                        .withBodyLimit(1 << 30));
    }

    /// Answers what it is sent; refuses what begins with `no`, and for `later` with another thread.
    private static void echo(DirectExchange exchange, byte[] body) {
        var text = new String(body, UTF_8);
        if (text.startsWith("no")) {
            throw new ServingException(ErrorCode.MALFORMED_REQUEST, "no");
        }
        if (text.startsWith("later") && !exchange.mayWait()) {
            exchange.onThreadOfItsOwn(() -> echo(exchange, body));
            return;
        }
        var answer = exchange.query("loud") == null ? text : text.toUpperCase(Locale.ROOT);
        exchange.answer(DirectAnswer.json(answer.getBytes(UTF_8)), "total;dur=0", () -> {});
    }

    private byte[] count(byte[] body) {
        bytesRead.addAndGet(body.length);
        return body;
    }

    private static long drained(java.io.InputStream body) throws IOException {
        var buffer = new byte[8192];
        long total = 0;
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            total += read;
        }
        return total;
    }

    private static void fail() {
        throw new IllegalStateException("secret in " + TestServer.class.getName());
    }

    private static void refuse() {
        throw new ServingException(
                ErrorCode.MODEL_NOT_READY,
                "\"} 1\nevil{ '; DROP <img onerror> ${jndi:x} \u001b[31m \ud800",
                List.of(new ErrorDetail("inputs[0].shape", "[-1,4]", null)),
                Duration.ofMillis(1500),
                null);
    }

    private void block() throws InterruptedException {
        entered.countDown();
        release.await();
    }

    RawHttp connect() throws IOException {
        return new RawHttp(server.port());
    }

    /// The answer to one request on a connection of its own.
    RawAnswer ask(String request) throws IOException {
        return ask(request.getBytes(UTF_8));
    }

    RawAnswer ask(byte[] request) throws IOException {
        try (var connection = connect()) {
            return connection.send(request).answer();
        }
    }

    static String get(String target, String... headers) {
        return request("GET", target, headers);
    }

    static String request(String method, String target, String... headers) {
        var text =
                new StringBuilder(
                        "%s %s HTTP/1.1\r\nHost: localhost\r\n".formatted(method, target));
        for (var header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    static String post(String target, String body, String... headers) {
        var head = request("POST", target, headers);
        var length = "Content-Length: " + body.length() + "\r\n\r\n";
        return head.substring(0, head.length() - 2) + length + body;
    }

    @Override
    public void close() {
        release.countDown();
        server.stop(Duration.ofSeconds(2));
    }
}
