package io.matih.inference.server.http;

import static io.matih.inference.server.http.Answers.assertError;
import static io.matih.inference.server.http.TestServer.get;
import static io.matih.inference.server.http.TestServer.post;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/// A connection that knows a request again must answer it, and everything else, as if it did not.
class PromptConnectionTest {
    private static final String JSON = "Content-Type: application/json";

    private final TestServer server = new TestServer();
    private RawHttp connection;

    @BeforeEach
    void requestIsKnown() throws IOException {
        connection = server.connect();
        for (int i = 0; i < 3; i++) {
            assertThat(connection.send(echo("known")).answer().text()).isEqualTo("known");
        }
    }

    @AfterEach
    void stop() throws IOException {
        connection.close();
        server.close();
    }

    private static String echo(String body) {
        return post("/api/direct", body, JSON);
    }

    @Test
    void bodiesOfEveryLengthAreAnswered() throws IOException {
        for (int length = 0; length < 40_000; length = length * 2 + 1) {
            var body = "x".repeat(length);
            assertThat(connection.send(echo(body)).answer().text()).isEqualTo(body);
        }
    }

    @Test
    void itsAnswerHasTheHeadersOfTheFirst() throws IOException {
        var known = connection.send(echo("a")).answer();
        assertThat(names(known)).isEqualTo(names(server.ask(echo("a"))));
        assertThat(known.header("X-Request-Id"))
                .hasSize(26)
                .isNotEqualTo(connection.send(echo("a")).answer().header("X-Request-Id"));
    }

    private static Set<String> names(RawAnswer answer) {
        var names = new TreeSet<String>();
        answer.head()
                .lines()
                .skip(1)
                .filter(l -> !l.isEmpty())
                .map(l -> l.substring(0, l.indexOf(':')))
                .forEach(names::add);
        return names;
    }

    @Test
    void arrivesInPiecesOfAnySize() throws IOException {
        var random = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            var request = echo("piece " + round);
            int cut = random.nextInt(1, request.length());
            connection.send(request.substring(0, cut));
            if (round % 4 == 0) {
                LockSupport.parkNanos(100_000); // so that the first piece is read alone
            }
            connection.send(request.substring(cut));
            assertThat(connection.answer().text()).isEqualTo("piece " + round);
        }
    }

    @Test
    void severalSentAtOnceAreAnsweredInTheirOrder() throws IOException {
        var several = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            several.append(echo((i % 3 == 0 ? "later " : "soon ") + i));
        }
        connection.send(several.toString());
        for (int i = 0; i < 20; i++) {
            assertThat(connection.answer().text()).endsWith(" " + i);
        }
    }

    @Test
    void otherRequestsComeBetween() throws IOException {
        for (int i = 0; i < 50; i++) {
            assertThat(connection.send(get("/things")).answer().text()).contains("things");
            assertThat(connection.send(echo("later")).answer().text()).isEqualTo("later");
            var loud = post("/api/direct?loud=1", "loud", JSON);
            assertThat(connection.send(loud).answer().text()).isEqualTo("LOUD");
            assertThat(connection.send(echo("quiet")).answer().text()).isEqualTo("quiet");
        }
    }

    @Test
    void refusalsLeaveTheConnectionOpen() throws IOException {
        assertError(connection.send(echo("no")).answer(), 400, "MALFORMED_REQUEST");
        assertThat(connection.send(echo("yes")).answer().text()).isEqualTo("yes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: https://evil.example",
                "Content-Type: text/plain",
                "Expect: teapot",
                "Accept: image/png",
                "Content-Length: 3"
            })
    void headsThatWereNotCheckedAreNotKnown(String header) throws IOException {
        var request =
                echo("known")
                        .replace(
                                JSON,
                                header.startsWith("Content-T") ? header : JSON + "\r\n" + header);
        assertThat(connection.send(request).answer().status()).isBetween(400, 417);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+5", "-5", "5, 5", "0x5", "", "5 5", "99999999999999999999"})
    void lengthsThatAreNoLengthsAreRefused(String length) throws IOException {
        var request = echo("known").replace("Content-Length: 5", "Content-Length: " + length);
        assertThat(connection.send(request).answer().status()).isBetween(400, 413);
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    void identitiesAndTracesOfTheClientAreKept() throws IOException {
        var trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for (int i = 0; i < 3; i++) {
            var answer =
                    connection
                            .send(
                                    post(
                                            "/api/direct",
                                            "a",
                                            JSON,
                                            "X-Request-Id: id" + i,
                                            "traceparent: " + trace))
                            .answer();
            assertThat(answer.header("X-Request-Id")).isEqualTo("id" + i);
            assertThat(answer.header("traceparent")).isEqualTo(trace);
        }
    }

    @Test
    void answersAreCompressedForWhoAsksForIt() throws IOException {
        var body = "compress me ".repeat(500);
        for (int i = 0; i < 3; i++) {
            var answer =
                    connection
                            .send(post("/api/direct", body, JSON, "Accept-Encoding: gzip"))
                            .answer();
            assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
            assertThat(Arrays.copyOf(answer.body(), 2)).containsExactly(0x1f, 0x8b);
        }
    }

    @Test
    void endsWhenTheClientWantsIt() throws IOException {
        var answer =
                connection.send(post("/api/direct", "bye", JSON, "Connection: close")).answer();
        assertThat(answer.text()).isEqualTo("bye");
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    void isRefusedOnceTheDrainHasBegun() throws IOException {
        server.server.beginDrain();
        var refused = connection.send(echo("known")).answer();
        assertError(refused, 503, "SHUTTING_DOWN");
        assertThat(connection.isClosed()).isTrue();
    }

    @Test
    void nothingIsHeldOrCountedAfterwards() throws Exception {
        try (var small = new TestServer(TestServer.holding(1000));
                var busy = small.connect()) {
            for (int i = 0; i < 1000; i++) {
                var answer = busy.send(echo(i % 2 == 0 ? "no" : "yes")).answer();
                assertThat(answer.status()).isEqualTo(i % 2 == 0 ? 400 : 200);
            }
            assertThat(small.server.inFlight()).isZero();
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndTheConnectionGoesOn() throws Exception {
        try (var small = new TestServer(TestServer.holding(1000));
                var busy = small.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(busy.send(echo("fits")).answer().text()).isEqualTo("fits");
            }
            assertError(busy.send(echo("x".repeat(2000))).answer(), 503, "OVERLOADED");
        }
    }
}
