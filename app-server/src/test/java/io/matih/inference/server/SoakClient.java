package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.SoakTest.Reply;
import io.matih.inference.server.http.RawHttp;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/// A client that asks rightly, asks wrongly and leaves early, and checks every answer. One in
/// twenty requests is bad, one in twenty is given up.
final class SoakClient implements Runnable {
    private static final int BAD_PERCENT = 5;
    private static final int CANCELLED_PERCENT = 5;

    private final ServerProcess server;
    private final Random random;
    private final long endNanos;
    private long good;
    private long bad;
    private long cancelled;

    SoakClient(ServerProcess server, long seed, long endNanos) {
        this.server = server;
        random = new Random(seed);
        this.endNanos = endNanos;
    }

    long good() {
        return good;
    }

    long bad() {
        return bad;
    }

    long cancelled() {
        return cancelled;
    }

    @Override
    public void run() {
        try (var connection = connect()) {
            while (System.nanoTime() < endNanos) {
                step(connection);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private RawHttp connect() throws IOException {
        return new RawHttp(server.uri().getPort());
    }

    private void step(RawHttp connection) throws IOException {
        int dice = random.nextInt(100);
        if (dice < BAD_PERCENT) {
            askWrongly(connection);
            bad++;
        } else if (dice < BAD_PERCENT + CANCELLED_PERCENT) {
            giveUp();
            cancelled++;
        } else {
            askRightly(connection);
            good++;
        }
    }

    private void askRightly(RawHttp connection) throws IOException {
        int x = random.nextInt(1000);
        switch (random.nextInt(3)) {
            case 0 -> {
                var reply = ask(connection, request("swap", x));
                assertThat(constant(reply)).isEqualTo(json(reply).get("model_version").asInt(0));
            }
            case 1 -> {
                var reply = ask(connection, request("fails_on_negative", x));
                assertThat(reply.status()).as(reply.body()).isEqualTo(200);
                assertThat(json(reply).at("/outputs/0/data/0").intValue()).isEqualTo(2 * x);
            }
            default -> {
                var reply =
                        ask(
                                connection,
                                "{\"model\":\"iris\",\"instances\":[[5.1,3.5,1.4,0.2],[6.7,3.0,5.2,2.3]]}");
                assertThat(reply.status()).as(reply.body()).isEqualTo(200);
                assertThat(json(reply).at("/outputs/0/data/0").intValue()).isEqualTo(0);
                assertThat(json(reply).at("/outputs/0/data/1").intValue()).isEqualTo(2);
            }
        }
    }

    private void askWrongly(RawHttp connection) throws IOException {
        switch (random.nextInt(5)) {
            case 0 -> assertError(ask(connection, "{\"model\":\"swap\",\"instances\":[["), 400);
            case 1 ->
                    assertError(ask(connection, "{\"model\":\"iris\",\"instances\":[[1,2]]}"), 400);
            case 2 -> assertError(ask(connection, request("ghost", 1)), 404);
            case 3 -> assertError(ask(connection, request("fails_on_negative", -1)), 500);
            default ->
                    assertError(
                            ask(
                                    connection,
                                    SlowModel.request(SlowModel.ENDLESS, 1, "\"timeout\":1000")),
                            503,
                            504);
        }
    }

    private static void assertError(Reply reply, Integer... statuses) {
        assertThat(reply.status()).as(reply.body()).isIn((Object[]) statuses);
        assertThat(json(reply).get("status").intValue()).isEqualTo(reply.status());
    }

    /// Leaves while its request is read, waits or runs.
    private void giveUp() throws IOException {
        var request = bytes(SlowModel.request(SlowModel.ENDLESS, 1));
        int sent = random.nextInt(4) == 0 ? random.nextInt(request.length) : request.length;
        try (var connection = connect()) {
            connection.send(Arrays.copyOf(request, sent));
        }
    }

    private static Reply ask(RawHttp connection, String json) throws IOException {
        var answer = connection.send(bytes(json)).answer();
        return new Reply(answer.status(), answer.text());
    }

    private static byte[] bytes(String json) {
        var head =
                "POST %s/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                        .formatted(TestServer.API, json.length());
        return (head + json).getBytes(StandardCharsets.US_ASCII);
    }

    static String request(String model, int x) {
        return "{\"model\":\"%s\",\"instances\":[[%d]]}".formatted(model, x);
    }

    /// What a model answered that always answers the same.
    static int constant(Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return json(reply).at("/outputs/0/data/0").intValue();
    }

    private static JsonNode json(Reply reply) {
        return TestServer.JSON.readTree(reply.body());
    }
}
