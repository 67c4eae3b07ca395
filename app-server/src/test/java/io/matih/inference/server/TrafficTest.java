package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Versions side by side under one name. Version 7 answers 7 and version 9 answers 9, so that every
/// answer tells who gave it.
class TrafficTest {
    private static final String NAME = TestServer.API + "/deployments/m";

    @TempDir private Path data;
    private TestServer server;
    private String seven;
    private String nine;

    @BeforeEach
    void start() {
        server = TestServer.start(data);
        seven = server.uploadModel("constant_7");
        nine = server.uploadModel("constant_9");
        ok(server.deploy("m", seven, ",\"version\":7"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static JsonNode ok(TestServer.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }

    private JsonNode canary(int weight) {
        return ok(server.deploy("m", nine, canaryFields(weight)));
    }

    private static String canaryFields(int weight) {
        return ",\"version\":9,\"traffic\":{\"mode\":\"canary\",\"weight\":%d}".formatted(weight);
    }

    private JsonNode change(String step, String body) {
        return ok(server.post(NAME + "/" + step, body));
    }

    /// Asks once and checks that the answer says of itself what it is.
    ///
    /// @param more further fields: `,"version":"canary"`
    private JsonNode ask(String more) {
        var answer = ok(server.predict("{\"model\":\"m\",\"instances\":[[1]]%s}".formatted(more)));
        assertThat(answer.at("/outputs/0/data/0").intValue())
                .isEqualTo(Integer.parseInt(answer.get("model_version").stringValue()));
        return answer;
    }

    private static int version(JsonNode answer) {
        return Integer.parseInt(answer.get("model_version").stringValue());
    }

    private Map<Integer, Integer> ask(int times) {
        var counts = new HashMap<Integer, Integer>();
        for (int i = 0; i < times; i++) {
            counts.merge(version(ask("")), 1, Integer::sum);
        }
        return counts;
    }

    private static List<String> shares(JsonNode deployment) {
        return deployment
                .get("variants")
                .valueStream()
                .map(
                        variant ->
                                variant.get("version").stringValue()
                                        + " "
                                        + variant.get("label").stringValue()
                                        + " "
                                        + variant.get("weight"))
                .toList();
    }

    @Test
    void aCanaryTakesItsShare() {
        assertThat(shares(canary(30))).containsExactly("7 stable 70", "9 canary 30");
        int times = 2000;
        int taken = ask(times).getOrDefault(9, 0);
        // Six standard deviations: by chance once in 10^9 runs.
        assertThat((double) taken).isBetween(0.3 * times - 6 * 20.5, 0.3 * times + 6 * 20.5);
        var variants = server.get(NAME).json().get("variants");
        assertThat(variants.at("/0/stats/requests").intValue()).isEqualTo(times - taken);
        assertThat(variants.at("/1/stats/requests").intValue()).isEqualTo(taken);
    }

    @Test
    void theSameKeyGoesTheSameWayAndTheAnswerSaysWhich() {
        canary(50);
        var seen = new HashMap<Integer, Integer>();
        for (int user = 0; user < 64; user++) {
            var key = ",\"parameters\":{\"route_key\":\"user-%d\"}".formatted(user);
            var first = ask(key);
            for (int i = 0; i < 3; i++) {
                assertThat(version(ask(key))).isEqualTo(version(first));
            }
            assertThat(first.at("/meta/route/variant").stringValue())
                    .isEqualTo(version(first) == 9 ? "canary" : "stable");
            seen.merge(version(first), 1, Integer::sum);
        }
        assertThat(seen).containsOnlyKeys(7, 9);
    }

    @Test
    void versionsAndLabelsReachWhatTheyName() {
        canary(0);
        assertThat(ask(50)).containsOnlyKeys(7);
        assertThat(version(ask(",\"version\":\"9\""))).isEqualTo(9);
        assertThat(version(ask(",\"version\":\"canary\""))).isEqualTo(9);
        assertThat(version(ask(",\"version\":\"stable\""))).isEqualTo(7);
        var label = TestServer.API + "/models/m/labels/blue";
        assertThat(server.put(label, "{\"version\":9}").status()).isEqualTo(204);
        assertThat(version(ask(",\"version\":\"blue\""))).isEqualTo(9);
        assertThat(server.put(label, "{\"version\":7}").status()).isEqualTo(204);
        assertThat(version(ask(",\"version\":\"blue\""))).isEqualTo(7);
        assertThat(server.delete(label).status()).isEqualTo(204);
        var gone = server.predict("{\"model\":\"m\",\"version\":\"blue\",\"instances\":[[1]]}");
        assertThat(gone.code()).isEqualTo("MODEL_NOT_FOUND");
    }

    @Test
    void theProtocolShowsEveryVersion() {
        canary(10);
        assertThat(server.get("/v2/models/m").json().get("versions").valueStream())
                .extracting(JsonNode::stringValue)
                .containsExactly("7", "9");
        assertThat(server.get("/v2/models/m/versions/9/ready").status()).isEqualTo(200);
        assertThat(server.get("/v2/models/m/versions/8/ready").status()).isEqualTo(404);
        var stats = server.get("/v2/models/m/versions/9/stats").json().get("model_stats");
        assertThat(stats.size()).isEqualTo(1);
        assertThat(stats.at("/0/version").stringValue()).isEqualTo("9");
        assertThat(server.get("/v2/models/m/stats").json().get("model_stats").size()).isEqualTo(2);
        var index = server.post("/v2/repository/index", "{}").json();
        assertThat(index.valueStream().map(model -> model.path("state").asString("")))
                .containsExactly("READY", "READY");
    }

    @Test
    void sharesChangeWithoutALoad() {
        canary(10);
        long revision = server.get(NAME).json().get("revision").longValue();
        assertThat(shares(change("traffic", "{\"weights\":{\"stable\":25,\"9\":75}}")))
                .containsExactly("7 stable 25", "9 canary 75");
        assertThat(shares(canary(40))).containsExactly("7 stable 60", "9 canary 40");
        var same = change("traffic", "{\"weights\":{\"stable\":60,\"canary\":40}}");
        assertThat(same.get("revision").longValue()).isEqualTo(revision + 2);
        assertThat(server.metric("matih_native_sessions")).isEqualTo(2);
    }

    @Test
    void aPromotedCanaryTakesEverythingAndARollbackBringsTheOldVersionBack() {
        canary(10);
        var promoted = change("promote", "{\"reason\":\"looks good\"}");
        assertThat(shares(promoted)).containsExactly("9 stable 100");
        assertThat(ask(50)).containsOnlyKeys(9);

        assertThat(shares(change("rollback", ""))).containsExactly("7 stable 100");
        assertThat(ask(50)).containsOnlyKeys(7);

        assertThat(shares(change("rollback", "{\"revision\":2}")))
                .containsExactly("7 stable 90", "9 canary 10");
        assertThat(shares(change("rollback", ""))).containsExactly("7 stable 100");

        var revisions = server.get(NAME + "/revisions").json().get("revisions");
        assertThat(revisions.valueStream().map(revision -> revision.get("action").stringValue()))
                .containsExactly("ROLLBACK", "ROLLBACK", "ROLLBACK", "PROMOTE", "DEPLOY", "DEPLOY");
        assertThat(revisions.at("/3/reason").stringValue()).isEqualTo("looks good");
        assertThat(revisions.at("/3/actor").stringValue()).isEqualTo("local");
        assertThat(shares(revisions.get(4))).containsExactly("7 stable 90", "9 canary 10");
    }

    @Test
    void aPrimaryVersionTakesEverythingFromACanaryToo() {
        canary(10);
        var replaced = ok(server.deploy("m", nine, ",\"version\":9,\"replace\":true"));
        assertThat(shares(replaced)).containsExactly("9 stable 100");
        assertThat(ask(20)).containsOnlyKeys(9);
    }

    @Test
    void aCanaryCanBeTakenAwayAlone() {
        canary(10);
        var undeploy = TestServer.API + "/undeploy";
        var stable = server.post(undeploy, "{\"name\":\"m\",\"version\":7}");
        assertThat(stable.code()).isEqualTo("CONFLICT");
        assertThat(server.delete(TestServer.API + "/models/m/versions/9").code())
                .isEqualTo("IN_USE");
        ok(server.post(undeploy, "{\"name\":\"m\",\"version\":9}"));
        assertThat(shares(server.get(NAME).json())).containsExactly("7 stable 100");
        assertThat(server.delete(TestServer.API + "/models/m/versions/9").status()).isEqualTo(204);
        var back = server.post(NAME + "/rollback", "{\"revision\":2}");
        assertThat(back.code()).isEqualTo("CONFLICT");
        assertThat(back.body()).contains("version 9").contains("deleted");
        ok(server.undeploy("m"));
        assertThat(server.metric("matih_native_sessions")).isZero();
    }

    @Test
    void everythingIsThereAfterARestart() {
        canary(30);
        long revision = server.get(NAME).json().get("revision").longValue();
        server.close();
        server = TestServer.start(data);
        assertThat(version(ask(",\"version\":\"canary\""))).isEqualTo(9);
        assertThat(version(ask(",\"version\":\"stable\""))).isEqualTo(7);
        var deployment = server.get(NAME).json();
        assertThat(shares(deployment)).containsExactly("7 stable 70", "9 canary 30");
        assertThat(deployment.get("revision").longValue()).isEqualTo(revision);
        assertThat(shares(change("promote", ""))).containsExactly("9 stable 100");
    }

    /// Canaries come, are promoted and rolled back under traffic: every request is answered, by the
    /// version that it says.
    @Test
    void promotingAndRollingBackUnderTrafficLosesNothing() throws Exception {
        var stop = new AtomicBoolean();
        var wrong = new ConcurrentLinkedQueue<String>();
        var answered = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                threads.execute(
                        () -> {
                            while (!stop.get()) {
                                var answer =
                                        server.predict("{\"model\":\"m\",\"instances\":[[1]]}");
                                if (answer.status() != 200
                                        || answer.json().at("/outputs/0/data/0").intValue()
                                                != version(answer.json())) {
                                    wrong.add(answer.body());
                                }
                                answered.incrementAndGet();
                            }
                        });
            }
            try {
                for (int i = 0; i < 10; i++) {
                    canary(50);
                    change("traffic", "{\"weights\":{\"7\":10,\"9\":90}}");
                    change("promote", "");
                    change("rollback", "");
                }
            } finally {
                stop.set(true);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(answered.get()).isPositive();
        ok(server.undeploy("m"));
        assertThat(server.metric("matih_native_sessions")).isZero();
    }
}
