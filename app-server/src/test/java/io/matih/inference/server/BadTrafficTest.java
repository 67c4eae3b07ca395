package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;

/// What changes of traffic answer to what they must not accept; nothing changes then.
class BadTrafficTest {
    private static final String NAME = TestServer.API + "/deployments/m";

    @TempDir private static Path data;
    private static TestServer server;
    private static String before = "";

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        server.deploy("m", server.uploadModel("constant_7"), ",\"version\":7");
        server.deploy(
                "m",
                server.uploadModel("constant_9"),
                ",\"version\":9,\"traffic\":{\"mode\":\"canary\",\"weight\":10}");
        server.deploy("iris");
        before = state();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void nothingHasChanged() {
        assertThat(state()).isEqualTo(before);
    }

    private static String state() {
        var deployment = server.get(NAME).json();
        return deployment.get("revision") + " " + deployment.get("variants").size();
    }

    private static void requireRefused(
            TestServer.Answer answer, int status, String code, String names) {
        assertThat(answer.code()).as(answer.body()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("error").stringValue()).contains(names);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "traffic  | {\"weights\":{\"stable\":80,\"canary\":10}} | 400 | INVALID_PARAMETER | sum of 90",
                "traffic  | {\"weights\":{\"stable\":80,\"canary\":30}} | 400 | INVALID_PARAMETER | sum of 110",
                "traffic  | {\"weights\":{\"7\":50,\"stable\":50}}      | 400 | INVALID_PARAMETER | version 7 is named twice",
                "traffic  | {\"weights\":{\"7\":101,\"9\":-1}}          | 400 | INVALID_PARAMETER | traffic.weights.7",
                "traffic  | {\"weights\":{\"7\":110,\"9\":-10}}         | 400 | INVALID_PARAMETER | 0 to 100",
                "traffic  | {\"weights\":{}}                            | 400 | INVALID_PARAMETER | sum of 0",
                "traffic  | {\"weights\":{\"7\":50,\"8\":50}}           | 404 | MODEL_NOT_FOUND   | version '8'",
                "traffic  | {\"weights\":{\"7\":50,\"blue\":50}}        | 404 | MODEL_NOT_FOUND   | version 'blue'",
                "traffic  | {\"weights\":{\"7\":50.5,\"9\":49.5}}       | 400 | MALFORMED_REQUEST | weights.7",
                "traffic  | {\"weights\":{\"7\":null,\"9\":100}}        | 400 | MALFORMED_REQUEST | weights.7",
                "traffic  | {\"weights\":[50,50]}                       | 400 | MALFORMED_REQUEST | weights",
                "traffic  | {}                                          | 400 | MALFORMED_REQUEST | weights",
                "traffic  | {\"weight\":{\"7\":100}}                    | 400 | MALFORMED_REQUEST | weight",
                "promote  | {\"version\":7}                             | 409 | CONFLICT          | stable one already",
                "promote  | {\"version\":8}                             | 404 | MODEL_NOT_FOUND   | version '8'",
                "promote  | {\"version\":\"canary\"}                    | 400 | INVALID_PARAMETER | version",
                "promote  | {\"reason\":\"a\\u0000b\"}                  | 400 | INVALID_PARAMETER | NUL",
                "rollback | {\"revision\":99}                           | 400 | INVALID_PARAMETER | before 2",
                "rollback | {\"revision\":2}                            | 400 | INVALID_PARAMETER | before 2",
                "rollback | {\"revision\":-1}                           | 400 | INVALID_PARAMETER | before 2",
                "rollback | {\"revision\":\"1\"}                        | 400 | MALFORMED_REQUEST | revision",
            })
    void isRefusedByName(String step, String body, int status, String code, String names) {
        requireRefused(server.post(NAME + "/" + step, body), status, code, names);
    }

    @Test
    void aReasonThatIsTooLongIsRefused() {
        var body = "{\"reason\":\"%s\"}".formatted("x".repeat(1001));
        requireRefused(
                server.post(NAME + "/promote", body), 400, "INVALID_PARAMETER", "1001 characters");
    }

    @Test
    void whatIsNotDeployedCannotBeChanged() {
        for (var step : new String[] {"promote", "rollback"}) {
            requireRefused(
                    server.post(TestServer.API + "/deployments/ghost/" + step, ""),
                    404,
                    "MODEL_NOT_FOUND",
                    "ghost");
        }
    }

    @Test
    void whatWasNeverOtherwiseCannotGoBack() {
        requireRefused(
                server.post(TestServer.API + "/deployments/iris/rollback", ""),
                409,
                "CONFLICT",
                "no other version");
        requireRefused(
                server.post(TestServer.API + "/deployments/iris/promote", ""),
                409,
                "CONFLICT",
                "no canary");
    }

    @ParameterizedTest
    @CsvSource({"promote", "rollback"})
    void whatSomebodyElseChangedIsNotOverwritten(String step) {
        var request =
                server.request(NAME + "/" + step)
                        .header("If-Match", "\"1\"")
                        .POST(BodyPublishers.noBody())
                        .build();
        requireRefused(server.send(request), 409, "CONFLICT", "revision 2, not 1");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"mode\":\"canary\"}                   | 400 | INVALID_PARAMETER | traffic.weight",
                "{\"mode\":\"canary\",\"weight\":-1}     | 400 | INVALID_PARAMETER | traffic.weight",
                "{\"mode\":\"canary\",\"weight\":101}    | 400 | INVALID_PARAMETER | traffic.weight",
                "{\"mode\":\"canary\",\"weight\":1.5}    | 400 | MALFORMED_REQUEST | traffic.weight",
                "{\"mode\":\"canary\",\"weight\":\"10\"} | 400 | MALFORMED_REQUEST | traffic.weight",
                "{\"mode\":\"primary\",\"weight\":10}    | 400 | INVALID_PARAMETER | traffic.weight",
                "{\"mode\":\"blue\",\"weight\":10}       | 400 | INVALID_PARAMETER | primary, canary",
                "{\"weight\":10}                         | 400 | MALFORMED_REQUEST | mode",
                "{\"mode\":\"canary\",\"weight\":91}     | 400 | INVALID_PARAMETER | leave 90 of 100",
            })
    void aCanaryWithAWrongShareIsRefused(String traffic, int status, String code, String names) {
        var uri = server.uploadModel("constant_7");
        requireRefused(
                server.deploy("m", uri, ",\"version\":11,\"traffic\":" + traffic),
                status,
                code,
                names);
    }

    @Test
    void aCanaryNeedsAStableVersionAndCannotBeIt() {
        var canary = ",\"traffic\":{\"mode\":\"canary\",\"weight\":5}";
        requireRefused(
                server.deploy("fresh", server.uploadModel("constant_7"), canary),
                409,
                "CONFLICT",
                "fresh");
        assertThat(server.get(TestServer.API + "/deployments/fresh").status()).isEqualTo(404);
        requireRefused(
                server.deploy("m", server.uploadModel("constant_7"), canary),
                409,
                "CONFLICT",
                "version 7");
    }

    @Test
    void aCanaryTakesTheStableVersionsRequests() {
        var refused =
                server.deploy(
                        "m",
                        server.uploadModel("iris"),
                        ",\"traffic\":{\"mode\":\"canary\",\"weight\":5}");
        requireRefused(refused, 422, "CONFIG_INVALID", "requests of version 7");
        assertThat(refused.json().at("/details/0/field").stringValue()).startsWith("inputs.");
    }

    @Test
    void aCanaryThatCannotBeLoadedChangesNothing() {
        var upload =
                server.upload(
                        TestServer.resource("/models/broken/truncated.onnx"),
                        "application/octet-stream");
        requireRefused(
                server.deploy("m", upload, ",\"traffic\":{\"mode\":\"canary\",\"weight\":5}"),
                422,
                "MODEL_INVALID",
                "");
    }
}
