package io.matih.inference.server;

import static io.matih.inference.server.Eventually.await;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.demo.Sample;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Versions that get a copy of the requests, over REST. Version 7 answers 7; version 8 is the same
/// model and agrees, version 9 answers 9 and never does.
class ShadowTest {
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

    /// @param more fields of the gate: `,"promote":"automatic"`
    private JsonNode shadow(int version, String more) {
        return ok(
                server.deploy(
                        "m",
                        version == 9 ? nine : seven,
                        ",\"version\":%d,\"traffic\":{\"mode\":\"shadow\",\"gate\":{\"min_samples\":300,\"p99_slack_ms\":1000%s}}"
                                .formatted(version, more)));
    }

    private JsonNode comparison() {
        return ok(server.get(NAME + "/shadow"));
    }

    private int ask() {
        return ask("");
    }

    private int ask(String more) {
        var answer =
                ok(
                        server.predict(
                                "{\"model\":\"m\",\"instances\":[%s]%s}"
                                        .formatted("[1],".repeat(49) + "[1]", more)));
        return answer.at("/outputs/0/data/0").intValue();
    }

    private void ask(int times) {
        for (int i = 0; i < times; i++) {
            ask();
        }
    }

    private String stable() {
        return server.get(NAME).json().get("version").stringValue();
    }

    private void awaitSamples(long samples) {
        await(samples + " samples", () -> comparison().path("samples").asLong(0) >= samples);
    }

    private List<String> actions() {
        return server.get(NAME + "/revisions")
                .json()
                .get("revisions")
                .valueStream()
                .map(revision -> revision.get("action") + " " + revision.get("actor"))
                .map(text -> text.replace("\"", ""))
                .toList();
    }

    @Test
    void aShadowThatAgreesPassesAndIsPromotedByHand() {
        var deployment = shadow(8, "");
        assertThat(deployment.at("/shadows/0/version").stringValue()).isEqualTo("8");
        assertThat(deployment.at("/shadows/0/verdict").stringValue()).isEqualTo("INSUFFICIENT");
        assertThat(deployment.get("variants")).hasSize(1);
        assertThat(server.get("/v2/models/m").json().get("versions").toString())
                .isEqualTo("[\"7\"]");
        ask(5);
        awaitSamples(250);
        assertThat(comparison().get("verdict").stringValue()).isEqualTo("insufficient");
        assertThat(comparison().at("/reasons/0").stringValue()).isEqualTo("250 of 300 samples");
        ask(20);
        awaitSamples(1250);
        var found = comparison();
        assertThat(found.get("verdict").stringValue()).as(found.toString()).isEqualTo("pass");
        assertThat(found.at("/agreement/value").doubleValue()).isEqualTo(1);
        assertThat(found.get("requests").intValue()).isEqualTo(25);
        assertThat(found.get("shadows").get(0).get("samples")).isEqualTo(found.get("samples"));
        assertThat(found.at("/latency_ms/shadow/p99").doubleValue()).isPositive();
        assertThat(found.get("worst")).isEmpty();
        assertThat(server.metric("matih_shadow_agreement{model=\"m\",version=\"8\"}")).isEqualTo(1);
        assertThat(server.metric("matih_shadow_samples_total{model=\"m\",version=\"8\"}"))
                .isEqualTo(1250);
        ok(server.post(NAME + "/promote", ""));
        assertThat(stable()).isEqualTo("8");
        assertThat(comparison().get("shadows")).isEmpty();
        assertThat(server.get("/metrics").body()).doesNotContain("matih_shadow_agreement");
    }

    @Test
    void aShadowThatDisagreesFailsAndReachesNobody() {
        shadow(9, ",\"promote\":\"automatic\"");
        for (int i = 0; i < 20; i++) {
            assertThat(ask(",\"id\":\"r-%d\"".formatted(i))).isEqualTo(7);
        }
        awaitSamples(1000);
        var found = comparison();
        assertThat(found.get("verdict").stringValue()).isEqualTo("fail");
        assertThat(found.at("/reasons/0").stringValue()).contains("agreement is 0.00 %");
        assertThat(found.get("worst")).hasSize(10);
        var worst = found.at("/worst/0");
        assertThat(worst.get("id").stringValue()).startsWith("r-");
        assertThat(worst.at("/primary/y/data/0").intValue()).isEqualTo(7);
        assertThat(worst.at("/shadow/y/data/0").intValue()).isEqualTo(9);
        assertThat(worst.get("score").doubleValue()).isEqualTo(2);
        assertThat(stable()).isEqualTo("7");
        assertThat(server.get(NAME).json().at("/shadows/0/agreement").doubleValue()).isZero();
    }

    @Test
    void aShadowThatPassesIsPromotedByItselfAndWatched() {
        shadow(8, ",\"promote\":\"automatic\",\"rollback_window_s\":600");
        ask(25);
        await("the promotion", () -> stable().equals("8"));
        var promoted = server.get(NAME).json();
        assertThat(promoted.at("/shadows/0/version").stringValue()).isEqualTo("7");
        assertThat(promoted.at("/shadows/0/watching").booleanValue()).isTrue();
        assertThat(actions()).containsExactly("PROMOTE gate", "DEPLOY local", "DEPLOY local");
        assertThat(server.get(NAME + "/revisions").json().at("/revisions/0/reason").stringValue())
                .contains("agreement of 100.00 %");
        ask(10);
        awaitSamples(500);
        assertThat(comparison().get("primary").stringValue()).isEqualTo("8");
        assertThat(comparison().get("watching").booleanValue()).isTrue();
        assertThat(stable()).isEqualTo("8");
    }

    @Test
    void whoWasPromotedAndBreaksItsGateIsRolledBack() {
        shadow(9, ",\"rollback_window_s\":600");
        ok(server.post(NAME + "/promote", "{\"reason\":\"against all advice\"}"));
        assertThat(stable()).isEqualTo("9");
        assertThat(ask()).isEqualTo(9);
        ask(20);
        await("the roll back", () -> stable().equals("7"));
        assertThat(ask()).isEqualTo(7);
        assertThat(actions().getFirst()).isEqualTo("ROLLBACK gate");
        assertThat(comparison().get("shadows")).isEmpty();
    }

    @Test
    void aWatcherLeavesWhenItsTimeIsOver() {
        shadow(8, ",\"rollback_window_s\":1");
        ok(server.post(NAME + "/promote", ""));
        await("its end", () -> comparison().get("shadows").isEmpty());
        assertThat(stable()).isEqualTo("8");
        assertThat(actions().getFirst()).isEqualTo("WITHDRAW gate");
    }

    @Test
    void nothingIsComparedWhenTheTimeIsOver() {
        shadow(8, ",\"duration_s\":1");
        await("its end", () -> comparison().get("ended").booleanValue());
        ask(5);
        assertThat(comparison().get("samples").intValue()).isZero();
    }

    @Test
    void severalShadowsAreComparedEach() {
        shadow(8, "");
        shadow(9, "");
        ask(20);
        await(
                "both",
                () ->
                        comparison()
                                .get("shadows")
                                .valueStream()
                                .allMatch(one -> one.get("samples").intValue() == 1000));
        var both = comparison();
        assertThat(both.has("verdict")).isFalse();
        assertThat(both.at("/shadows/0/verdict").stringValue()).isEqualTo("pass");
        assertThat(both.at("/shadows/1/verdict").stringValue()).isEqualTo("fail");
        assertThat(server.post(NAME + "/promote", "").code()).isEqualTo("CONFLICT");
        ok(server.post(TestServer.API + "/undeploy", "{\"name\":\"m\",\"version\":9}"));
        assertThat(comparison().get("shadow").stringValue()).isEqualTo("8");
        assertThat(comparison().get("samples").intValue()).isEqualTo(1000);
        ok(server.undeploy("m"));
        assertThat(server.metric("matih_native_sessions")).isZero();
    }

    @Test
    void itsCountsSurviveARestartAndAnotherShareButNotAnotherRule() {
        shadow(8, "");
        ask(10);
        awaitSamples(500);
        server.close();
        server = TestServer.start(data);
        assertThat(comparison().get("samples").intValue()).isEqualTo(500);
        var again = ",\"version\":8,\"traffic\":{\"mode\":\"shadow\"%s}";
        ok(server.deploy("m", "model://m/8", again.formatted(",\"percent\":50")));
        assertThat(comparison().get("samples").intValue()).isEqualTo(500);
        assertThat(comparison().get("percent").intValue()).isEqualTo(50);
        ok(
                server.deploy(
                        "m",
                        "model://m/8",
                        again.formatted(",\"comparators\":{\"y\":{\"type\":\"label\"}}")));
        assertThat(comparison().get("samples").intValue()).isZero();
        ask(2);
        awaitSamples(100);
        assertThat(comparison().at("/outputs/0/comparator").stringValue()).isEqualTo("label");
    }

    @Test
    void whatIsRedactedIsNotKept() {
        ok(
                server.deploy(
                        "m",
                        nine,
                        ",\"version\":9,\"traffic\":{\"mode\":\"shadow\",\"redact\":[\"x\",\"y\"]}"));
        ask(1);
        awaitSamples(50);
        var worst = comparison().at("/worst/0");
        for (var part : List.of("/request/x", "/primary/y", "/shadow/y")) {
            assertThat(worst.at(part).get("redacted").booleanValue()).as(part).isTrue();
            assertThat(worst.at(part).get("data")).as(part).isEmpty();
        }
    }

    @Test
    void aCanaryBecomesAShadowAndTheOtherWayRound() {
        ok(
                server.deploy(
                        "m",
                        nine,
                        ",\"version\":9,\"traffic\":{\"mode\":\"canary\",\"weight\":50}"));
        assertThat(shadow(9, "").get("variants")).hasSize(1);
        ask(10);
        awaitSamples(500);
        var canary =
                ok(
                        server.deploy(
                                "m",
                                nine,
                                ",\"version\":9,\"traffic\":{\"mode\":\"canary\",\"weight\":50}"));
        assertThat(canary.get("shadows")).isEmpty();
        assertThat(canary.get("variants")).hasSize(2);
    }

    @Test
    void theHistoryHasTheMinutes() {
        shadow(8, "");
        ask(4);
        awaitSamples(200);
        server.close(); // writes the minute that has begun
        server = TestServer.start(data);
        var history = ok(server.get(NAME + "/shadow/history?version=8&minutes=5"));
        assertThat(history.get("shadow").stringValue()).isEqualTo("8");
        long samples =
                history.get("minutes")
                        .valueStream()
                        .mapToLong(m -> m.get("samples").longValue())
                        .sum();
        assertThat(samples).isEqualTo(200);
        assertThat(history.at("/minutes/0/primary_latency_ms/p50").doubleValue()).isPositive();
    }

    /// A model that ONNX Runtime's own tool has quantized, and one that a conversion has broken.
    @Test
    void aQuantizedModelPassesAndABrokenOneFails() {
        var sample =
                Sample.all().stream()
                        .filter(known -> known.name().equals("digits-mlp"))
                        .findFirst()
                        .orElseThrow();
        var type = "application/octet-stream";
        ok(server.deploy("digits", server.upload(sample.model(), type), ""));
        var gate =
                ",\"traffic\":{\"mode\":\"shadow\",\"percent\":100,\"gate\":{\"p99_slack_ms\":1000}}";
        ok(server.deploy("digits", server.upload(sample.candidate("int8"), type), gate));
        ok(server.deploy("digits", server.upload(sample.candidate("broken"), type), gate));
        var rows = sample.testSet();
        for (int round = 0; round < 3; round++) {
            for (int from = 0; from < rows.size(); from += 50) {
                var instances = new StringJoiner(",", "[", "]");
                for (var row : rows.subList(from, Math.min(rows.size(), from + 50))) {
                    instances.add("[" + String.join(",", row.values()) + "]");
                }
                ok(server.predict("{\"model\":\"digits\",\"instances\":%s}".formatted(instances)));
            }
        }
        var path = TestServer.API + "/deployments/digits/shadow";
        await(
                "both",
                () ->
                        server.get(path)
                                .json()
                                .get("shadows")
                                .valueStream()
                                .allMatch(one -> one.get("samples").intValue() == 3 * rows.size()));
        var both = server.get(path).json().get("shadows");
        assertThat(both.get(0).get("verdict").stringValue())
                .as(both.get(0).toString())
                .isEqualTo("pass");
        assertThat(both.get(0).at("/outputs/0/comparator").stringValue())
                .isEqualTo("probabilities");
        assertThat(both.get(1).get("verdict").stringValue()).isEqualTo("fail");
        assertThat(both.get(1).at("/outputs/0/psi").doubleValue()).isPositive();
    }

    /// Shadows come, pass and are promoted under traffic: every request is answered.
    @Test
    void promotingUnderTrafficLosesNothing() throws Exception {
        var stop = new AtomicBoolean();
        var wrong = new ConcurrentLinkedQueue<String>();
        var answered = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                threads.execute(
                        () -> {
                            while (!stop.get()) {
                                var answer =
                                        server.predict("{\"model\":\"m\",\"instances\":[[1]]}");
                                if (answer.status() != 200) {
                                    wrong.add(answer.body());
                                }
                                answered.incrementAndGet();
                            }
                        });
            }
            try {
                for (int version = 10; version < 16; version++) {
                    shadow(version, "");
                    Thread.sleep(100);
                    ok(server.post(NAME + "/promote", "{\"version\":%d}".formatted(version)));
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
