package io.matih.inference.server;

import static io.matih.inference.server.Eventually.await;
import static io.matih.inference.server.SlowModel.ENDLESS;
import static io.matih.inference.server.SlowModel.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.http.RawHttp;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// Row 23: clients that leave before their answer, and clients that only seem to. Whatever they do,
/// nothing of them stays: the server stops at once after each test.
class ClientGoneTest {
    private static final String CANCELED =
            "ml_inference_errors_total{model=\"slow\",reason=\"CANCELED\",version=\"1\"}";

    /// Several times as long as it takes to notice that a client has left.
    private static final long LONG_RUN_MILLIS = 2000;

    private static final Duration DRAIN = Duration.ofSeconds(90);

    @TempDir private Path data;
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(data, Map.of("drain.timeout", DRAIN.toSeconds() + "s"));
        server.deploy("slow");
    }

    @AfterEach
    void nothingIsInFlight() {
        await("no native tensors", () -> server.metric("matih_native_tensors") == 0);
        long begun = System.nanoTime();
        server.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DRAIN.dividedBy(2));
    }

    private RawHttp connect() throws IOException {
        return new RawHttp(URI.create(server.url()).getPort());
    }

    private void assertTheInstanceIsFree() {
        var answer = server.predict(request(1, 5));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/outputs/0/data/0").intValue()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource
    void theRunOfAClientThatLeftIsStopped(Form form) throws IOException {
        try (var client = connect()) {
            client.send(form.post(request(ENDLESS, 1)));
            await("the run", () -> SlowModel.runs(server));
        }
        await("the client counted as gone", () -> server.metric(CANCELED) == 1);
        assertTheInstanceIsFree();
        assertThat(server.metric(CANCELED)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void whatAClientThatLeftWaitedForNeverRuns(Form form) throws IOException {
        try (var running = connect()) {
            running.send(Form.SMALL.post(request(ENDLESS, 1)));
            await("the run", () -> SlowModel.runs(server));
            try (var waiting = connect()) {
                waiting.send(form.post(request(ENDLESS, 2)));
                await("the other waiting", () -> SlowModel.queueDepth(server) == 1);
            }
            await("an empty queue", () -> SlowModel.queueDepth(server) == 0);
            assertThat(server.metric(CANCELED)).isEqualTo(1);
            assertThat(SlowModel.runs(server)).isTrue();
        }
        await("both counted as gone", () -> server.metric(CANCELED) == 2);
        assertTheInstanceIsFree();
    }

    /// Looking for the end of the connection, the server reads what was sent early.
    @ParameterizedTest
    @EnumSource
    void aClientThatSendsItsNextRequestsEarlyGetsAllAnswersInOrder(Form form) throws IOException {
        long rounds = SlowModel.rounds(server, LONG_RUN_MILLIS);
        try (var client = connect()) {
            client.send(form.post(request(rounds, 1)));
            await("the run", () -> SlowModel.runs(server));
            client.send(form.post(request(1, 2))).send(Form.SMALL.post(request(1, 3)));
            for (int i = 1; i <= 3; i++) {
                assertAnswer(client, i);
            }
            client.send(form.post(request(1, 4)));
            assertAnswer(client, 4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNextRequestMayComeInTwoPieces(Form form) throws IOException {
        long rounds = SlowModel.rounds(server, LONG_RUN_MILLIS);
        var next = form.post(request(1, 2));
        try (var client = connect()) {
            client.send(Form.SMALL.post(request(rounds, 1)));
            await("the run", () -> SlowModel.runs(server));
            client.send(Arrays.copyOf(next, 20));
            assertAnswer(client, 1);
            client.send(Arrays.copyOfRange(next, 20, next.length));
            assertAnswer(client, 2);
        }
    }

    private static void assertAnswer(RawHttp client, int x) throws IOException {
        var answer = client.answer();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().at("/outputs/0/data/0").intValue()).isEqualTo(x);
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatLeavesInMidBodyLeavesNothingBehind(Form form) throws IOException {
        for (int i = 0; i < 10; i++) {
            var whole = form.post(request(ENDLESS, 1));
            try (var client = connect()) {
                client.send(Arrays.copyOf(whole, whole.length - 1 - 20 * i));
            }
        }
        assertTheInstanceIsFree();
    }

    /// How a request comes, which decides who reads it: the thread that serves many connections, or
    /// one of its own.
    enum Form {
        SMALL,
        LARGE,
        COMPRESSED;

        byte[] post(String json) throws IOException {
            var body = json.getBytes(StandardCharsets.UTF_8);
            return switch (this) {
                case SMALL -> post(body, "");
                case LARGE ->
                        post((" ".repeat(100_000) + json).getBytes(StandardCharsets.UTF_8), "");
                case COMPRESSED -> post(gzip(body), "Content-Encoding: gzip\r\n");
            };
        }

        private static byte[] post(byte[] body, String headers) throws IOException {
            var bytes = new ByteArrayOutputStream();
            var head =
                    "POST %s/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"
                            .formatted(TestServer.API, body.length, headers);
            bytes.write(head.getBytes(StandardCharsets.ISO_8859_1));
            bytes.write(body);
            return bytes.toByteArray();
        }

        private static byte[] gzip(byte[] body) throws IOException {
            var bytes = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(bytes)) {
                gzip.write(body);
            }
            return bytes.toByteArray();
        }
    }
}
