package io.matih.inference.server.http;

import static io.matih.inference.server.http.Answers.assertError;
import static io.matih.inference.server.http.TestServer.get;
import static io.matih.inference.server.http.TestServer.post;
import static io.matih.inference.server.http.TestServer.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Clients that hold on to what others need.
class SlowClientTest {
    private static final String SLOW_BODY =
            request("POST", "/api/echo", "Content-Type: application/json", "Content-Length: 90000");

    @Test
    void headersThatNeverEndAreCutOff() throws IOException {
        try (var server = new TestServer();
                var connection = server.connect();
                var drip = Executors.newSingleThreadScheduledExecutor()) {
            long begun = System.nanoTime();
            connection.send("GET /things HTTP/1.1\r\nHost: localhost\r\n");
            drip(drip, connection, "X");
            assertThat(connection.isClosed()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(ofMillis(800), ofSeconds(10));
            drip.shutdownNow();
        }
    }

    @Test
    void aRestingConnectionIsNot() throws Exception {
        try (var server = new TestServer();
                var connection = server.connect();
                var clock = Executors.newSingleThreadScheduledExecutor()) {
            assertThat(connection.send(get("/things")).answer().status()).isEqualTo(200);
            // Longer than headers may take.
            var later =
                    clock.schedule(
                            () -> connection.send(get("/things")).answer().status(),
                            1500,
                            TimeUnit.MILLISECONDS);
            assertThat(later.get()).isEqualTo(200);
        }
    }

    @Test
    void aBodyThatDripsTimesOut() throws IOException {
        try (var server = new TestServer();
                var connection = server.connect();
                var drip = Executors.newSingleThreadScheduledExecutor()) {
            connection.send(SLOW_BODY);
            drip(drip, connection, "1");
            assertError(connection.answer(), 408, "REQUEST_TIMEOUT");
            assertThat(connection.isClosed()).isTrue();
            drip.shutdownNow();
        }
    }

    @Test
    void aSilentBodyTimesOutButALongAnswerIsWaitedFor() throws Exception {
        var hasty = TestServer.limits(ofMillis(300), ofSeconds(9), ofSeconds(9), 1000, 1000);
        try (var server = new TestServer(hasty);
                var silent = server.connect();
                var waiting = server.connect()) {
            waiting.send(get("/slow"));
            assertError(silent.send(SLOW_BODY + "[").answer(), 408, "REQUEST_TIMEOUT");
            // Many times the idle timeout.
            var clock = CompletableFuture.delayedExecutor(1500, TimeUnit.MILLISECONDS);
            clock.execute(server.release::countDown);
            assertThat(waiting.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void whereAllConnectionsAreTakenTheIdleOnesGiveWay() throws IOException {
        var few = TestServer.limits(ofSeconds(30), ofSeconds(30), 3, 1000);
        var idle = new ArrayList<RawHttp>();
        try (var server = new TestServer(few)) {
            for (int i = 0; i < 3; i++) {
                idle.add(server.connect());
                assertThat(idle.getLast().send(get("/things")).answer().status()).isEqualTo(200);
            }
            assertThat(server.ask(get("/things")).status()).isEqualTo(200);
            for (var connection : idle) {
                connection.close();
            }
        }
    }

    private static void drip(ScheduledExecutorService clock, RawHttp connection, String drop) {
        var _ =
                clock.scheduleAtFixedRate(
                        () -> {
                            try {
                                connection.send(drop);
                            } catch (IOException closed) {
                                throw new IllegalStateException(closed);
                            }
                        },
                        0,
                        50,
                        TimeUnit.MILLISECONDS);
    }

    @Test
    void twoHundredSlowClientsDelayNobody() throws IOException {
        var patient = TestServer.limits(ofSeconds(30), ofSeconds(30), 1000, 1000);
        var slow = new ArrayList<RawHttp>();
        try (var server = new TestServer(patient)) {
            for (int i = 0; i < 200; i++) {
                var connection = server.connect();
                slow.add(connection);
                connection.send(i % 2 == 0 ? SLOW_BODY + "[" : "GET /things HTTP/1.1\r\nHost:");
            }
            long begun = System.nanoTime();
            for (int i = 0; i < 50; i++) {
                assertThat(server.ask(get("/things")).status()).isEqualTo(200);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(ofSeconds(5));
            for (var connection : slow) {
                connection.close();
            }
        }
    }

    @Test
    void oneAddressHoldsOnlySoManyConnections() throws IOException {
        var few = TestServer.limits(ofSeconds(30), ofSeconds(30), 1000, 3);
        try (var server = new TestServer(few);
                var first = server.connect();
                var second = server.connect();
                var third = server.connect()) {
            assertThat(first.send(get("/things")).answer().status()).isEqualTo(200);
            assertThat(second.send(get("/things")).answer().status()).isEqualTo(200);
            assertThat(third.send(get("/things")).answer().status()).isEqualTo(200);
            assertThatThrownBy(() -> server.ask(get("/things")))
                    .isInstanceOfAny(IOException.class, SocketException.class);
            assertThat(first.send(get("/things")).answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aClientThatLeavesLeavesNothingBehind() throws Exception {
        try (var server = new TestServer()) {
            try (var connection = server.connect()) {
                connection.send(SLOW_BODY + "[");
            }
            long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (server.server.inFlight() > 0 && System.nanoTime() < patience) {
                assertThat(server.ask(get("/healthz")).status()).isEqualTo(200);
            }
            assertThat(server.server.inFlight()).isZero();
        }
    }

    @Test
    void whatTheBodyOfAClientThatLeftHeldIsGivenBack() throws Exception {
        var body = "[" + "1".repeat(89_998) + "]";
        var whole = post("/api/large", body, "Content-Type: application/json");
        try (var server = new TestServer(TestServer.holding(100_000))) {
            try (var connection = server.connect()) {
                connection.send(whole.substring(0, whole.length() - 10_000));
                awaitStatus(server, whole, 503);
            }
            awaitStatus(server, whole, 200);
        }
    }

    private static void awaitStatus(TestServer server, String request, int status)
            throws IOException {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (server.ask(request).status() != status) {
            assertThat(System.nanoTime()).as("waiting for %d", status).isLessThan(patience);
        }
    }
}
