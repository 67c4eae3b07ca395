package io.matih.inference.server.oip;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/// Generate: one row as a flat object, and its outputs likewise.
class GenerateTest {
    @TempDir private static Path data;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        for (var model : List.of("iris", "strings_echo", "passengers", "nan_out")) {
            server.deploy(model);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void expect(String body, String model, String json) {
        var answer = server.post("/v2/models/" + model + "/generate", json);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(body);
    }

    private static void refused(String code, String model, String json) {
        var answer = server.post("/v2/models/" + model + "/generate", json);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void textGoesInAndOut() {
        expect(
                "{\"model_name\":\"strings_echo\",\"model_version\":\"1\",\"y\":\"héllo\"}",
                "strings_echo",
                "{\"x\":\"héllo\"}");
        expect(
                "{\"id\":\"7\",\"model_name\":\"strings_echo\",\"model_version\":\"1\",\"y\":\"a\"}",
                "strings_echo",
                "{\"id\":\"7\",\"x\":[\"a\"],\"temperature\":0.5,\"stream\":false,\"parameters\":{\"timeout\":1000000}}");
    }

    @Test
    void severalElementsAreAFlatArray() {
        var answer =
                server.post("/v2/models/iris/versions/1/generate", "{\"X\":[5.1,3.5,1.4,0.2]}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().get("label").intValue()).isZero();
        assertThat(answer.json().get("probabilities")).hasSize(3);
    }

    @Test
    void streamsAreEvents() {
        var answer = server.post("/v2/models/strings_echo/generate_stream", "{\"x\":\"a\"}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.response().headers().firstValue("Content-Type"))
                .contains("text/event-stream; charset=utf-8");
        assertThat(answer.body())
                .isEqualTo(
                        "data: {\"model_name\":\"strings_echo\",\"model_version\":\"1\",\"y\":\"a\"}\n\n");
        var refused = server.post("/v2/models/strings_echo/generate_stream", "{}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().get("error").isString()).isTrue();
    }

    @Test
    void whatCannotBeARowIsRefused() {
        refused("MISSING_INPUT", "iris", "{}");
        refused("INVALID_SHAPE", "iris", "{\"X\":[1,2,3]}");
        refused("INVALID_SHAPE", "iris", "{\"X\":1}");
        refused("MALFORMED_JSON", "iris", "{\"X\":[1,2,3,4],\"X\":[1,2,3,4]}");
        refused("MALFORMED_JSON", "iris", "{\"X\":[1,2,3,4],\"id\":\"a\",\"id\":\"b\"}");
        refused("INVALID_DTYPE", "strings_echo", "{\"x\":5}");
        refused("RESERVED_PARAMETER", "strings_echo", "{\"x\":\"a\",\"triton_x\":1}");
        refused("INVALID_PARAMETER", "strings_echo", "{\"x\":\"a\",\"other\":[1]}");
        refused("MALFORMED_REQUEST", "iris", "[1,2,3,4]");
        refused("MALFORMED_REQUEST", "iris", "");
    }

    @Test
    void nanIsToldOnlyWhereItWasAskedFor() {
        var json = "{\"x\":-1%s}";
        var refused = server.post("/v2/models/nan_out/generate", json.formatted(""));
        assertThat(refused.code()).isEqualTo("NON_FINITE_OUTPUT");
        expect(
                "{\"model_name\":\"nan_out\",\"model_version\":\"1\",\"y\":\"NaN\"}",
                "nan_out",
                json.formatted(",\"parameters\":{\"non_finite\":\"string\"}"));
    }
}
