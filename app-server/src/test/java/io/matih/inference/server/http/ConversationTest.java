package io.matih.inference.server.http;

import static io.matih.inference.server.http.Answers.assertError;
import static io.matih.inference.server.http.TestServer.get;
import static io.matih.inference.server.http.TestServer.post;
import static io.matih.inference.server.http.TestServer.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/// What well-behaved clients see.
class ConversationTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void oneConnectionCarriesManyRequests() throws IOException {
        try (var connection = server.connect()) {
            for (int i = 0; i < 5; i++) {
                var echoed =
                        connection.send(post("/api/echo", "[1]", "Content-Type: application/json"));
                assertThat(echoed.answer().text()).isEqualTo("[1]");
                assertThat(connection.send(get("/things/a")).answer().text())
                        .isEqualTo("{\"name\":\"a\"}");
                assertError(connection.send(get("/nothing")).answer(), 404, "ROUTE_NOT_FOUND");
            }
        }
    }

    @Test
    void theClosestTemplateAnswers() throws IOException {
        assertThat(server.ask(get("/things/stats")).text()).isEqualTo("{\"stats\":true}");
        assertThat(server.ask(get("/things/statsx")).text()).isEqualTo("{\"name\":\"statsx\"}");
    }

    @Test
    void knownQueryParametersPass() throws IOException {
        assertThat(server.ask(get("/things?limit=1&page=2")).status()).isEqualTo(200);
    }

    @Test
    void anUnknownOneIsToldTheNearest() throws IOException {
        assertThat(server.ask(get("/things?limt=1")).json().get("error").stringValue())
                .isEqualTo(
                        "unknown query parameter 'limt'; did you mean 'limit'? allowed: limit, page");
    }

    @Test
    void headIsGetWithoutABody() throws IOException {
        try (var connection = server.connect()) {
            var head = connection.send(request("HEAD", "/things")).headOnly();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Type")).startsWith("application/json");
            assertThat(connection.send(get("/things")).answer().text())
                    .isEqualTo("{\"things\":[]}");
        }
    }

    @Test
    void optionsNamesTheMethods() throws IOException {
        var answer = server.ask(request("OPTIONS", "/things"));
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
        assertThat(answer.head()).doesNotContain("Access-Control");
        assertThat(server.ask(request("OPTIONS", "*")).status()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "01J.x_y-z", "ABC"})
    void aRequestIdIsEchoed(String id) throws IOException {
        var answer = server.ask(get("/id", "X-Request-Id: " + id));
        assertThat(answer.header("X-Request-Id")).isEqualTo(id);
        assertThat(answer.text()).isEqualTo("\"" + id + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "<script>", "a/b", ""})
    void aBadRequestIdIsReplaced(String id) throws IOException {
        var answer = server.ask(get("/id", "X-Request-Id: " + id));
        assertThat(answer.header("X-Request-Id")).matches("[0-9A-HJKMNP-TV-Z]{26}");
    }

    @ParameterizedTest
    @CsvSource({
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, true",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01, false",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01, false",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, false",
        "nonsense, false"
    })
    void aTraceIsReturnedIfWellFormed(String trace, boolean returned) throws IOException {
        var answer = server.ask(get("/things", "traceparent: " + trace));
        assertThat(answer.header("traceparent")).isEqualTo(returned ? trace : null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    gzip                         | gzip
                    deflate                      | deflate
                    gzip;q=0.1, deflate;q=0.9    | deflate
                    br, gzip                     | gzip
                    gzip;q=0                     |
                    identity, gzip;q=0.5         |
                    br                           |
                    """)
    void aLargeAnswerIsCompressedAsAskedFor(String accepted, String encoding) throws IOException {
        var answer = server.ask(get("/large", "Accept-Encoding: " + accepted));
        assertThat(answer.header("Content-Encoding")).isEqualTo(encoding);
        assertThat(inflated(answer)).isEqualTo(TestServer.LARGE);
        if (encoding != null) {
            assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
            assertThat(answer.body()).hasSizeLessThan(TestServer.LARGE.length() / 10);
        }
    }

    @Test
    void aSmallAnswerIsNotCompressed() throws IOException {
        var answer = server.ask(get("/things", "Accept-Encoding: gzip"));
        assertThat(answer.header("Content-Encoding")).isNull();
        assertThat(answer.text()).isEqualTo("{\"things\":[]}");
    }

    private static String inflated(RawAnswer answer) throws IOException {
        var bytes = new ByteArrayInputStream(answer.body());
        var encoding = answer.header("Content-Encoding");
        var plain =
                switch (encoding) {
                    case "gzip" -> new GZIPInputStream(bytes);
                    case "deflate" -> new InflaterInputStream(bytes);
                    case null, default -> bytes;
                };
        return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void tritonsClientsNeedNoContentType() throws IOException {
        assertThat(server.ask(post("/v2/infer", "[1]")).text()).isEqualTo("[1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: models.example:9000",
                "Host: [::1]",
                "Host: localhost:8080\r\nOrigin: http://localhost:8080",
                "Host: localhost\r\nOrigin: https://console.example\r\nSec-Fetch-Site: cross-site",
                "Host: localhost\r\nSec-Fetch-Site: same-origin"
            })
    void knownHostsAndPagesAreServed(String headers) throws IOException {
        var answer = server.ask("GET /things HTTP/1.1\r\n" + headers + "\r\n\r\n");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    }

    @Test
    void anUnexpectedFailureTellsNothing() throws IOException {
        var answer = server.ask(get("/broken", "X-Request-Id: abc"));
        assertError(answer, 500, "INTERNAL");
        assertThat(answer.json().get("error").stringValue())
                .isEqualTo("internal error, see the log under request id abc");
    }

    @Test
    void aRefusalCarriesItsDetailsAndItsText() throws IOException {
        var answer = server.ask(get("/refused"));
        assertError(answer, 503, "MODEL_NOT_READY");
        assertThat(answer.header("Retry-After")).isEqualTo("2");
        assertThat(answer.json().get("retry_after_ms").intValue()).isEqualTo(1500);
        assertThat(answer.json().get("details").get(0).get("field").stringValue())
                .isEqualTo("inputs[0].shape");
        assertThat(answer.json().get("error").stringValue()).startsWith("\"} 1\nevil{ '; DROP");
    }

    @Test
    void theJdksClientIsServedThoughItOffersHttp2() throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(server.server.url() + "/things"))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("{\"things\":[]}");
        }
    }
}
