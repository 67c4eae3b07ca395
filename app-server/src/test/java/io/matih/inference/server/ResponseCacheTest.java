package io.matih.inference.server;

import static io.matih.inference.server.Eventually.await;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// Answers kept for the very same inputs, over REST.
class ResponseCacheTest {
    private static final String KEPT = ",\"config\":{\"response_cache\":{\"enable\":true}}";

    /// So many different requests that not all of their answers fit.
    private static final int MANY = 60;

    @TempDir private Path data;

    private static void deploy(TestServer server, String name, String model, String more) {
        var answer = server.deploy(name, server.uploadModel(model), more);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    /// @param how the value of the parameter `cache`
    private static TestServer.Answer ask(TestServer server, String model, double x, String how) {
        var answer =
                server.predict(
                        "{\"model\":\"%s\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,1],\"data\":[%s]}],\"parameters\":{\"cache\":\"%s\"}}"
                                .formatted(model, x, how));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private static String outcome(TestServer.Answer answer) {
        return answer.json().at("/meta/cache").stringValue();
    }

    private static double value(TestServer.Answer answer) {
        return answer.json().at("/outputs/0/data/0").doubleValue();
    }

    /// The zoo's `fails_on_negative` doubles its input.
    @Test
    void eachWayIsTakenAndShown() {
        try (var server = TestServer.start(data)) {
            deploy(server, "twice", "fails_on_negative", KEPT);
            for (var expected : new String[] {"miss", "hit", "hit"}) {
                var answer = ask(server, "twice", 1.5, "use");
                assertThat(outcome(answer)).isEqualTo(expected);
                assertThat(value(answer)).isEqualTo(3);
            }
            assertThat(outcome(ask(server, "twice", 1.5, "bypass"))).isEqualTo("bypass");
            assertThat(outcome(ask(server, "twice", 2.5, "bypass"))).isEqualTo("bypass");
            assertThat(outcome(ask(server, "twice", 2.5, "refresh"))).isEqualTo("refresh");
            assertThat(outcome(ask(server, "twice", 2.5, "use"))).isEqualTo("hit");
            var labels = "{model=\"twice\",version=\"1\"}";
            assertThat(server.metric("ml_inference_response_cache_hits_total" + labels))
                    .isEqualTo(3);
            assertThat(server.metric("ml_inference_response_cache_misses_total" + labels))
                    .isEqualTo(1);
        }
    }

    @Test
    void whoDoesNotAskForItHasNone() {
        try (var server = TestServer.start(data)) {
            deploy(server, "twice", "fails_on_negative", "");
            for (int i = 0; i < 2; i++) {
                assertThat(ask(server, "twice", 1, "use").json().at("/meta/cache").isMissingNode())
                        .isTrue();
            }
        }
    }

    @Test
    void differentInputsNeverShare() throws Exception {
        try (var server = TestServer.start(data);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            deploy(server, "twice", "fails_on_negative", KEPT);
            deploy(server, "other", "constant_7", KEPT);
            var rounds =
                    IntStream.range(0, 8 * MANY)
                            .mapToObj(
                                    i ->
                                            threads.submit(
                                                    () ->
                                                            value(
                                                                    ask(
                                                                            server, "twice",
                                                                            i % MANY, "use"))))
                            .toList();
            for (int i = 0; i < rounds.size(); i++) {
                assertThat(rounds.get(i).get()).isEqualTo(2.0 * (i % MANY));
            }
            assertThat(value(ask(server, "other", 1, "use"))).isEqualTo(7);
            var wide = server.predict("{\"model\":\"twice\",\"instances\":[[1],[2],[3]]}").json();
            assertThat(wide.at("/meta/cache").stringValue()).isEqualTo("miss");
            assertThat(wide.at("/outputs/0/data/2").doubleValue()).isEqualTo(6);
        }
    }

    @Test
    void anAnswerIsKeptForItsTime() {
        try (var server = TestServer.start(data, Map.of("response_cache.ttl", "1s"))) {
            deploy(server, "twice", "fails_on_negative", KEPT);
            long begun = System.nanoTime();
            assertThat(outcome(ask(server, "twice", 1, "use"))).isEqualTo("miss");
            await("a miss", () -> outcome(ask(server, "twice", 1, "use")).equals("miss"));
            assertThat(System.nanoTime() - begun).isGreaterThan(900_000_000);
        }
    }

    @Test
    void noMoreIsKeptThanFits() {
        try (var server = TestServer.start(data, Map.of("response_cache.bytes", "8192"))) {
            deploy(server, "twice", "fails_on_negative", KEPT);
            IntStream.range(0, MANY).forEach(i -> ask(server, "twice", i, "use"));
            long kept =
                    IntStream.range(0, MANY)
                            .filter(i -> outcome(ask(server, "twice", i, "use")).equals("hit"))
                            .count();
            // An answer counts for half a KiB at least.
            assertThat(kept).isLessThanOrEqualTo(2 * 16);
            assertThat(outcome(ask(server, "twice", 1000, "use"))).isEqualTo("miss");
        }
    }

    @Test
    void noVersionGivesTheAnswersOfAnother() {
        try (var server = TestServer.start(data)) {
            deploy(server, "swap", "constant_7", KEPT);
            for (var expected : new String[] {"miss", "hit"}) {
                var answer = ask(server, "swap", 1, "use");
                assertThat(outcome(answer)).isEqualTo(expected);
                assertThat(value(answer)).isEqualTo(7);
            }
            deploy(server, "swap", "constant_9", KEPT + ",\"replace\":true");
            var replaced = ask(server, "swap", 1, "use");
            assertThat(outcome(replaced)).isEqualTo("miss");
            assertThat(value(replaced)).isEqualTo(9);
            assertThat(server.undeploy("swap").status()).isEqualTo(200);
            deploy(server, "swap", "constant_7", KEPT);
            var again = ask(server, "swap", 1, "use");
            assertThat(outcome(again)).isEqualTo("miss");
            assertThat(value(again)).isEqualTo(7);
        }
    }
}
