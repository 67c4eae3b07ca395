package io.matih.inference.server.http;

import static io.matih.inference.server.http.Answers.assertError;
import static io.matih.inference.server.http.TestServer.get;
import static io.matih.inference.server.http.TestServer.post;
import static io.matih.inference.server.http.TestServer.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Requests that are refused by their bytes alone, whatever the handlers do.
class BadRequestTest {
    private static final String JSON = "Content-Type: application/json";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void othersAreStillServed() throws IOException {
        assertThat(server.ask(get("/things")).status()).isEqualTo(200);
        assertThat(server.ask(post("/api/echo", "[1]", JSON)).text()).isEqualTo("[1]");
    }

    static Stream<Arguments> brokenFraming() {
        var head = "POST /api/echo HTTP/1.1\r\nHost: localhost\r\n" + JSON + "\r\n";
        return Stream.of(
                Arguments.of(
                        head
                                + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n",
                        400,
                        "BAD_HTTP"),
                Arguments.of(
                        head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n[1]",
                        400,
                        "BAD_HTTP"),
                Arguments.of(head + "Content-Length: 3, 4\r\n\r\n[1]", 400, "BAD_HTTP"),
                Arguments.of(head + "Content-Length: -3\r\n\r\n[1]", 400, "BAD_HTTP"),
                Arguments.of(head + "Content-Length: 1e3\r\n\r\n[1]", 400, "BAD_HTTP"),
                Arguments.of(
                        head + "Content-Length: 99999999999999999999\r\n\r\n[1]", 400, "BAD_HTTP"),
                Arguments.of(head + "Transfer-Encoding: gzip\r\n\r\n[1]", 400, "BAD_HTTP"),
                Arguments.of(
                        head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n[1]\r\n0\r\n\r\n",
                        400,
                        "BAD_HTTP"),
                Arguments.of("GET /things\r\n\r\n", 400, "BAD_HTTP"),
                Arguments.of("GET /things HTTP/1.1\nHost: localhost\n\n", 400, "BAD_HTTP"),
                Arguments.of(
                        "GET /things HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n 2\r\n\r\n",
                        400,
                        "BAD_HTTP"),
                Arguments.of(
                        "GET /things HTTP/1.1\r\nHost: localhost\r\nX-A : 1\r\n\r\n",
                        400,
                        "BAD_HTTP"),
                Arguments.of("GET /things HTTP/1.1\r\n\r\n", 400, "BAD_HTTP"),
                Arguments.of(
                        "GET /things HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
                        400,
                        "BAD_HTTP"),
                Arguments.of(
                        "GET http://evil/things HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        400,
                        "BAD_HTTP"),
                Arguments.of("\u0000\u0001\u0002\r\n\r\n", 400, "BAD_HTTP"),
                Arguments.of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "BAD_HTTP"),
                Arguments.of(
                        get("/things", "X-Big: " + "a".repeat(20_000)), 431, "HEADERS_TOO_LARGE"),
                Arguments.of(get("/things", manyHeaders(1000)), 431, "HEADERS_TOO_LARGE"),
                Arguments.of(get("/things", manyHeaders(300)), 431, "HEADERS_TOO_LARGE"),
                Arguments.of(get("/" + "a".repeat(20_000)), 414, "URI_TOO_LONG"),
                Arguments.of(get("/things?limit=" + "1".repeat(5_000)), 414, "URI_TOO_LONG"));
    }

    private static String[] manyHeaders(int count) {
        return IntStream.range(0, count).mapToObj(i -> "X-" + i + ": a").toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("brokenFraming")
    void brokenFramingIsAnsweredAndEndsTheConnection(String bytes, int status, String code)
            throws IOException {
        try (var connection = server.connect()) {
            assertError(connection.send(bytes).answer(), status, code);
            assertThat(connection.isClosed()).isTrue();
        }
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(get("//things"), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/things//a"), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/a/%2e%2e/things"), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/a/../things"), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/things/.."), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/things/..%2f..%2fetc"), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/things;x=1"), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/things/a%00b"), 400, "BAD_HTTP"),
                Arguments.of(get("/things/a%255c"), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/things\\a"), 400, "AMBIGUOUS_URI"),
                Arguments.of(get("/nothing"), 404, "ROUTE_NOT_FOUND"),
                Arguments.of(get("/things/"), 404, "ROUTE_NOT_FOUND"),
                Arguments.of(get("/THINGS"), 404, "ROUTE_NOT_FOUND"),
                Arguments.of(get("/things?limt=1"), 400, "INVALID_PARAMETER"),
                Arguments.of(get("/things?limit=%zz"), 400, "INVALID_PARAMETER"),
                Arguments.of(get("/things", "Accept: image/png"), 406, "NOT_ACCEPTABLE"),
                Arguments.of(get("/things", "Accept: application/json;q=0"), 406, "NOT_ACCEPTABLE"),
                Arguments.of(
                        get(
                                "/things",
                                "Upgrade: websocket",
                                "Connection: Upgrade",
                                "Sec-WebSocket-Version: 13"),
                        501,
                        "UNSUPPORTED"),
                Arguments.of(post("/api/echo", "[1]"), 415, "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        post("/api/echo", "[1]", "Content-Type: text/plain"),
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        post("/api/echo", "", "Content-Type: text/plain"),
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        post("/v2/infer", "a=1", "Content-Type: application/x-www-form-urlencoded"),
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        post("/api/echo", "[1]", "Content-Type: multipart/form-data; boundary=a"),
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        post("/api/echo", "[1]", "Content-Type: application/json; charset=utf-16"),
                        415,
                        "UNSUPPORTED_MEDIA_TYPE"),
                Arguments.of(
                        post("/api/echo", "[1]", JSON, "Content-Encoding: br"),
                        415,
                        "UNSUPPORTED_ENCODING"),
                Arguments.of(
                        post("/api/echo", "[1]", JSON, "Content-Encoding: gzip, gzip"),
                        415,
                        "UNSUPPORTED_ENCODING"),
                Arguments.of(
                        post("/api/echo", "[1]", JSON, "Content-Encoding: gzip"),
                        400,
                        "MALFORMED_REQUEST"),
                Arguments.of(
                        post("/api/echo", "[1]", JSON, "Content-Encoding: deflate"),
                        400,
                        "MALFORMED_REQUEST"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aRequestThatDoesNotFitIsRefused(String bytes, int status, String code) throws IOException {
        assertError(server.ask(bytes), status, code);
    }

    static Stream<Arguments> wrongMethods() {
        return Stream.of(
                Arguments.of("DELETE", "/things", "GET, HEAD, OPTIONS"),
                Arguments.of("POST", "/things/a", "GET, HEAD, OPTIONS"),
                Arguments.of("GET", "/api/echo", "OPTIONS, POST"),
                Arguments.of("HEAD", "/api/echo", "OPTIONS, POST"),
                Arguments.of("BREW", "/things", "GET, HEAD, OPTIONS"),
                Arguments.of("TRACE", "/things", "GET, HEAD, OPTIONS, POST"));
    }

    @ParameterizedTest
    @MethodSource("wrongMethods")
    void aWrongMethodIsToldTheRightOnes(String method, String path, String allow)
            throws IOException {
        try (var connection = server.connect()) {
            connection.send(request(method, path));
            var answer = method.equals("HEAD") ? connection.headOnly() : connection.answer();
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.header("Allow")).isEqualTo(allow);
            if (!method.equals("HEAD")) {
                assertError(answer, 405, "METHOD_NOT_ALLOWED");
            }
        }
    }

    static Stream<Arguments> foreigners() {
        return Stream.of(
                Arguments.of("GET", "Host: evil.example", 421, "HOST_NOT_ALLOWED"),
                Arguments.of("GET", "Host: localhost.evil.example:80", 421, "HOST_NOT_ALLOWED"),
                Arguments.of("GET", "Host: 127.0.0.2", 421, "HOST_NOT_ALLOWED"),
                Arguments.of("GET", "Host: localhost\r\nOrigin: null", 403, "ORIGIN_NOT_ALLOWED"),
                Arguments.of(
                        "GET",
                        "Host: localhost\r\nOrigin: http://evil.example",
                        403,
                        "ORIGIN_NOT_ALLOWED"),
                Arguments.of(
                        "GET",
                        "Host: localhost:8080\r\nOrigin: http://localhost:3000",
                        403,
                        "ORIGIN_NOT_ALLOWED"),
                Arguments.of(
                        "DELETE",
                        "Host: localhost\r\nOrigin: http://evil.example",
                        403,
                        "ORIGIN_NOT_ALLOWED"),
                Arguments.of(
                        "OPTIONS",
                        "Host: localhost\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST",
                        403,
                        "ORIGIN_NOT_ALLOWED"),
                Arguments.of(
                        "GET",
                        "Host: localhost\r\nSec-Fetch-Site: cross-site",
                        403,
                        "ORIGIN_NOT_ALLOWED"));
    }

    @ParameterizedTest
    @MethodSource("foreigners")
    void webPagesOfOthersAreRefused(String method, String headers, int status, String code)
            throws IOException {
        var answer = server.ask("%s /things HTTP/1.1\r\n%s\r\n\r\n".formatted(method, headers));
        assertError(answer, status, code);
    }
}
