package io.matih.inference.server;

import static io.matih.inference.server.Eventually.await;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

/// Shadows that are asked for wrongly, and shadows that misbehave.
class BadShadowTest {
    private static final String API = TestServer.API;

    @TempDir private static Path data;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        server.deploy("m", server.uploadModel("constant_7"), ",\"version\":7");
        server.deploy("iris");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void requireRefused(
            TestServer.Answer answer, int status, String code, String names) {
        assertThat(answer.code()).as(answer.body()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("error").stringValue()).contains(names);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"percent\":0`                                    | 400 | INVALID_PARAMETER | traffic.percent: expected 1 to 100",
                "`\"percent\":101`                                  | 400 | INVALID_PARAMETER | traffic.percent",
                "`\"percent\":1.5`                                  | 400 | MALFORMED_REQUEST | traffic.percent",
                "`\"weight\":10`                                    | 400 | INVALID_PARAMETER | traffic.weight",
                "`\"gate\":{\"min_samples\":0}`                     | 400 | INVALID_PARAMETER | traffic.gate.min_samples",
                "`\"gate\":{\"min_samples\":-1}`                    | 400 | INVALID_PARAMETER | traffic.gate.min_samples",
                "`\"gate\":{\"min_agreement\":1.01}`                | 400 | INVALID_PARAMETER | traffic.gate.min_agreement: expected 0 to 1, got 1.01",
                "`\"gate\":{\"min_agreement\":-0.1}`                | 400 | INVALID_PARAMETER | traffic.gate.min_agreement",
                "`\"gate\":{\"min_agreement\":\"0.9\"}`             | 400 | MALFORMED_REQUEST | traffic.gate.min_agreement",
                "`\"gate\":{\"max_p99_ratio\":-1}`                  | 400 | INVALID_PARAMETER | traffic.gate.max_p99_ratio",
                "`\"gate\":{\"p99_slack_ms\":-1}`                   | 400 | INVALID_PARAMETER | traffic.gate.p99_slack_ms",
                "`\"gate\":{\"duration_s\":0}`                      | 400 | INVALID_PARAMETER | traffic.gate.duration_s",
                "`\"gate\":{\"duration_s\":2592001}`                | 400 | INVALID_PARAMETER | 1 to 2592000",
                "`\"gate\":{\"rollback_window_s\":-5}`              | 400 | INVALID_PARAMETER | traffic.gate.rollback_window_s",
                "`\"gate\":{\"promote\":\"maybe\"}`                 | 400 | INVALID_PARAMETER | manual, automatic",
                "`\"gate\":{\"min_accuracy\":0.9}`                  | 400 | MALFORMED_REQUEST | min_accuracy",
                "`\"comparators\":{\"y\":{\"type\":\"vibes\"}}`     | 400 | INVALID_PARAMETER | label, probabilities, top_k, numeric, cosine",
                "`\"comparators\":{\"y\":{\"type\":\"label\",\"k\":3}}` | 400 | INVALID_PARAMETER | traffic.comparators.y.k",
                "`\"comparators\":{\"y\":{\"type\":\"top_k\",\"k\":0}}` | 400 | INVALID_PARAMETER | traffic.comparators.y.k",
                "`\"comparators\":{\"y\":{\"type\":\"numeric\",\"relative\":-1}}` | 400 | INVALID_PARAMETER | traffic.comparators.y.relative",
                "`\"comparators\":{\"z\":{\"type\":\"label\"}}`     | 422 | CONFIG_INVALID    | an output that both have: y",
                "`\"redact\":[null]`                                | 400 | MALFORMED_REQUEST | redact",
            })
    void isRefusedByName(String field, int status, String code, String names) {
        requireRefused(
                server.deploy(
                        "m",
                        server.uploadModel("constant_9"),
                        ",\"version\":9,\"traffic\":{\"mode\":\"shadow\",%s}".formatted(field)),
                status,
                code,
                names);
        assertThat(server.get(API + "/deployments/m").json().get("shadows")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{\"mode\":\"primary\",\"percent\":10}` | traffic.percent",
                "`{\"mode\":\"canary\",\"weight\":1,\"gate\":{}}` | traffic.gate",
                "`{\"mode\":\"canary\",\"weight\":1,\"comparators\":{}}` | traffic.comparators",
                "`{\"mode\":\"primary\",\"redact\":[]}` | traffic.redact",
            })
    void whatOnlyAShadowHasIsNotPassedOver(String traffic, String names) {
        requireRefused(
                server.deploy(
                        "m",
                        server.uploadModel("constant_9"),
                        ",\"version\":9,\"replace\":true,\"traffic\":" + traffic),
                400,
                "INVALID_PARAMETER",
                names);
    }

    @Test
    void aShadowNeedsAStableVersionAndCannotBeIt() {
        var shadow = ",\"traffic\":{\"mode\":\"shadow\"}";
        requireRefused(
                server.deploy("fresh", server.uploadModel("constant_7"), shadow),
                409,
                "CONFLICT",
                "no version that could be shadowed");
        requireRefused(
                server.deploy("m", server.uploadModel("constant_7"), shadow),
                409,
                "CONFLICT",
                "its own shadow");
    }

    @Test
    void aShadowTakesTheStableVersionsRequests() {
        var refused =
                server.deploy(
                        "m", server.uploadModel("iris"), ",\"traffic\":{\"mode\":\"shadow\"}");
        requireRefused(refused, 422, "CONFIG_INVALID", "a shadow gets the requests of version 7");
    }

    @Test
    void shadowsTakeNoShareOfTheTraffic() {
        server.deploy("shared", server.uploadModel("constant_7"), "");
        server.deploy(
                "shared", server.uploadModel("constant_9"), ",\"traffic\":{\"mode\":\"shadow\"}");
        requireRefused(
                server.post(
                        API + "/deployments/shared/traffic", "{\"weights\":{\"1\":90,\"2\":10}}"),
                400,
                "INVALID_PARAMETER",
                "no share for a shadow");
    }

    @ParameterizedTest
    @CsvSource({
        "m/shadow/history,            404, MODEL_NOT_FOUND",
        "m/shadow/history?version=9,  404, MODEL_NOT_FOUND",
        "m/shadow/history?version=x,  400, INVALID_PARAMETER",
        "m/shadow/history?minutes=0,  400, INVALID_PARAMETER",
        "m/shadow/history?minutes=x,  400, INVALID_PARAMETER",
        "ghost/shadow,                404, MODEL_NOT_FOUND",
        "ghost/shadow/history,        404, MODEL_NOT_FOUND",
    })
    void whatIsNotThereIsNotShown(String path, int status, String code) {
        requireRefused(server.get(API + "/deployments/" + path), status, code, "");
    }

    /// A shadow that takes for ever: clients have their answers, the oldest requests are dropped,
    /// and what it does not answer disagrees.
    @Test
    void aShadowThatIsSlowHoldsNobody() {
        server.deploy(SlowModel.NAME, server.uploadModel("slow"), "");
        // The same model as a shadow that may execute one request at a time.
        var deployed =
                server.deploy(
                        SlowModel.NAME,
                        server.uploadModel("slow"),
                        ",\"version\":2,\"traffic\":{\"mode\":\"shadow\"}");
        assertThat(deployed.status()).as(deployed.body()).isEqualTo(200);
        for (int i = 0; i < 300; i++) {
            assertThat(server.predict(SlowModel.request(1, i)).status()).isEqualTo(200);
        }
        var path = API + "/deployments/slow/shadow";
        await(
                "all of them",
                () -> {
                    var found = server.get(path).json();
                    return found.get("requests").intValue() + found.get("dropped").intValue()
                            == 300;
                });
        assertThat(server.get(path).json().at("/errors/shadow").intValue()).isZero();
        assertThat(server.undeploy(SlowModel.NAME).status()).isEqualTo(200);
    }
}
