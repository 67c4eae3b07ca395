package io.matih.inference.server.http;

import static io.matih.inference.server.http.Answers.assertError;
import static io.matih.inference.server.http.TestServer.get;
import static io.matih.inference.server.http.TestServer.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/// Bodies that are too large, in one way or another, and bodies that just fit.
class BodyLimitTest {
    private static final String JSON = "Content-Type: application/json";
    private static final String OCTETS = "Content-Type: application/octet-stream";
    private static final int ROUTE_LIMIT = 100_000;

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
    }

    @Test
    void aStatedGigabyteIsRefusedUnread() throws IOException {
        long before = server.bytesRead.get();
        try (var connection = server.connect()) {
            connection.send(request("POST", "/api/echo", JSON, "Content-Length: 1073741824"));
            assertError(connection.answer(), 413, "BODY_TOO_LARGE");
            assertThat(connection.isClosed()).isTrue();
        }
        assertThat(server.bytesRead.get()).isEqualTo(before);
    }

    @Test
    void nobodyIsAskedToContinueIntoARefusal() throws IOException {
        var answer =
                server.ask(
                        request(
                                "POST",
                                "/api/echo",
                                JSON,
                                "Content-Length: 1073741824",
                                "Expect: 100-continue"));
        assertError(answer, 413, "BODY_TOO_LARGE");
    }

    @Test
    void chunksAreCountedWhileTheyComeIn() throws IOException {
        try (var connection = server.connect()) {
            connection.send(request("POST", "/api/echo", JSON, "Transfer-Encoding: chunked"));
            var chunk = "2710\r\n" + "1".repeat(10_000) + "\r\n";
            for (int i = 0; i < ROUTE_LIMIT / 10_000 + 1; i++) {
                connection.send(chunk);
            }
            assertError(connection.answer(), 413, "BODY_TOO_LARGE");
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    void aBodyOfExactlyTheLimitPasses() throws IOException {
        var body = "1".repeat(ROUTE_LIMIT);
        assertThat(server.ask(TestServer.post("/api/echo", body, JSON)).text()).isEqualTo(body);
        assertError(
                server.ask(TestServer.post("/api/echo", body + "1", JSON)), 413, "BODY_TOO_LARGE");
    }

    @Test
    void aLargeBodyArrivesWhole() throws IOException {
        var answer = server.ask(TestServer.post("/api/large", "1".repeat(5_000_000), JSON));
        assertThat(answer.text()).isEqualTo("5000000");
        var chunked =
                request("POST", "/api/large", JSON, "Transfer-Encoding: chunked")
                        + "3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n";
        assertThat(server.ask(chunked).text()).isEqualTo("5");
    }

    @Test
    void anUploadIsCountedWhileItIsStreamed() throws IOException {
        var answer = server.ask(TestServer.post("/api/upload", "1".repeat(3_000_000), OCTETS));
        assertThat(answer.text()).isEqualTo("3000000");
    }

    @Test
    void tinyChunksAreRefused() throws IOException {
        var body = "1\r\n1\r\n".repeat(70_000) + "0\r\n\r\n";
        var head = request("POST", "/api/large", JSON, "Transfer-Encoding: chunked");
        assertError(server.ask(head + body), 400, "BAD_HTTP");
    }

    @Test
    void aCompressedBodyIsDecompressed() throws IOException {
        var text = "[1,2,3]".getBytes(StandardCharsets.UTF_8);
        assertThat(server.ask(compressed("/api/echo", "gzip", gzip(text))).text())
                .isEqualTo("[1,2,3]");
        assertThat(server.ask(compressed("/api/echo", "deflate", deflate(text))).text())
                .isEqualTo("[1,2,3]");
    }

    @Test
    void aBombIsRefused() throws IOException {
        var bomb = gzip(new byte[50_000_000]);
        assertError(server.ask(compressed("/api/large", "gzip", bomb)), 413, "BODY_TOO_LARGE");
        assertError(
                server.ask(compressed("/api/large", "deflate", deflate(new byte[50_000_000]))),
                413,
                "BODY_TOO_LARGE");
    }

    @Test
    void theLimitHoldsAfterDecompression() throws IOException {
        var large = gzip(new byte[ROUTE_LIMIT + 1]);
        assertError(server.ask(compressed("/api/echo", "gzip", large)), 413, "BODY_TOO_LARGE");
    }

    @Test
    void aCutCompressedBodyIsMalformed() throws IOException {
        var whole = gzip("[1,2,3]".repeat(1000).getBytes(StandardCharsets.UTF_8));
        var cut = java.util.Arrays.copyOf(whole, whole.length - 12);
        assertError(server.ask(compressed("/api/echo", "gzip", cut)), 400, "MALFORMED_REQUEST");
    }

    private static byte[] compressed(String path, String encoding, byte[] body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.write(
                request(
                                "POST",
                                path,
                                JSON,
                                "Content-Encoding: " + encoding,
                                "Content-Length: " + body.length)
                        .getBytes(StandardCharsets.UTF_8));
        bytes.write(body);
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        var bytes = new ByteArrayOutputStream();
        return finished(new GZIPOutputStream(bytes), bytes, plain);
    }

    private static byte[] deflate(byte[] plain) throws IOException {
        var bytes = new ByteArrayOutputStream();
        return finished(new DeflaterOutputStream(bytes), bytes, plain);
    }

    private static byte[] finished(OutputStream out, ByteArrayOutputStream bytes, byte[] plain)
            throws IOException {
        try (out) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }
}
