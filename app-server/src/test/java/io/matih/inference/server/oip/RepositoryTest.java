package io.matih.inference.server.oip;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;
import io.matih.inference.server.TestServer.Answer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// Loads, unloads and the index, over real models.
class RepositoryTest {
    private static final String REPOSITORY = "/v2/repository/";
    private static final String ONE =
            "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,1],\"data\":[1]}]}";

    @TempDir private Path data;
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(data, Map.of("limits.max_model_bytes", "65536"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Answer load(String model, String body) {
        return server.post(REPOSITORY + "models/" + model + "/load", body);
    }

    private Answer unload(String model, String body) {
        return server.post(REPOSITORY + "models/" + model + "/unload", body);
    }

    private static void done(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    private static void refused(int status, String code, Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.code()).as(answer.body()).isEqualTo(code);
    }

    private JsonNode index(String body) {
        var answer = server.post(REPOSITORY + "index", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }

    private double answer(String model) {
        return server.post("/v2/models/" + model + "/infer", ONE)
                .json()
                .at("/outputs/0/data/0")
                .doubleValue();
    }

    private static String file(String zooName) {
        return Base64.getEncoder().encodeToString(TestServer.model(zooName));
    }

    @Test
    void theIndexListsWhatServesAndWhatDoesNot() {
        assertThat(index("").toString()).isEqualTo("[]");
        server.deploy("echo");
        server.deploy("iris");
        done(unload("iris", "{\"parameters\":{\"unload_dependents\":false}}"));
        assertThat(index("{}").toString())
                .isEqualTo(
                        "[{\"name\":\"echo\",\"version\":\"1\",\"state\":\"READY\"},"
                                + "{\"name\":\"iris\",\"version\":\"1\",\"state\":\"UNAVAILABLE\",\"reason\":\"unloaded\"}]");
        assertThat(index("{\"ready\":true}").toString())
                .isEqualTo("[{\"name\":\"echo\",\"version\":\"1\",\"state\":\"READY\"}]");
    }

    @Test
    void whatWasUnloadedIsLoadedAgain() {
        server.deploy("echo");
        done(unload("echo", ""));
        refused(404, "MODEL_NOT_FOUND", server.get("/v2/models/echo/ready"));
        refused(404, "MODEL_NOT_FOUND", unload("echo", ""));
        done(load("echo", ""));
        assertThat(answer("echo")).isEqualTo(1);
        done(load("echo", "{}"));
        done(load("echo", "{\"parameters\":{}}"));
        refused(404, "MODEL_NOT_FOUND", load("ghost", ""));
    }

    @Test
    void aConfigurationOverridesTheOneThatServes() {
        server.deploy("echo");
        done(load("echo", "{\"parameters\":{\"config\":\"{\\\"max_batch_size\\\":7}\"}}"));
        var config = server.get("/v2/models/echo/config").json();
        assertThat(config.get("max_batch_size").intValue()).isEqualTo(7);
        assertThat(config.get("name").stringValue()).isEqualTo("echo");
        refused(
                422,
                "CONFIG_INVALID",
                load("echo", "{\"parameters\":{\"config\":\"{\\\"max_batch\\\":7}\"}}"));
        refused(422, "CONFIG_INVALID", load("echo", "{\"parameters\":{\"config\":\"no json\"}}"));
        assertThat(answer("echo")).isEqualTo(1);
    }

    @Test
    void filesComeWithTheirConfiguration() {
        var seven =
                "{\"parameters\":{\"file:1/model.onnx\":\"%s\",\"config\":\"{\\\"backend\\\":\\\"onnxruntime\\\"}\"}}"
                        .formatted(file("constant_7"));
        done(load("sent", seven));
        assertThat(answer("sent")).isEqualTo(7);
        done(load("sent", seven));
        var both =
                "{\"parameters\":{\"config\":\"{}\",\"file:2/model.onnx\":\"%s\",\"file:1/model.onnx\":\"%s\"}}"
                        .formatted(file("constant_9"), file("constant_7"));
        done(load("sent", both));
        assertThat(answer("sent")).isEqualTo(9);
        assertThat(server.get("/v2/models/sent").json().at("/versions/0").stringValue())
                .isEqualTo("2");
        refused(409, "CONFLICT", load("sent", seven.replace(file("constant_7"), file("echo"))));
        assertThat(answer("sent")).isEqualTo(9);
    }

    @Test
    void theAsynchronousClientsMediaTypeIsTaken() {
        server.deploy("echo");
        var request =
                server.request(REPOSITORY + "models/echo/unload")
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofString("{}"))
                        .build();
        done(server.send(request));
    }

    @Test
    void aFolderInAStoreRootIsLoadedByItsName() throws IOException {
        var folder = Files.createDirectories(data.resolve("models/laid"));
        Files.createDirectories(folder.resolve("1"));
        Files.write(folder.resolve("1/model.onnx"), TestServer.model("constant_7"));
        Files.writeString(folder.resolve("config.pbtxt"), "max_batch_size: 5");
        done(load("laid", ""));
        assertThat(answer("laid")).isEqualTo(7);
        assertThat(server.get("/v2/models/laid/config").json().get("max_batch_size").intValue())
                .isEqualTo(5);
        Files.createDirectories(folder.resolve("2"));
        Files.write(folder.resolve("2/model.onnx"), TestServer.model("constant_9"));
        done(load("laid", ""));
        assertThat(answer("laid")).isEqualTo(9);
    }

    @Test
    void loadsThatCannotBeAreRefused() {
        server.deploy("echo");
        refused(
                400,
                "INVALID_PARAMETER",
                load("echo", "{\"parameters\":{\"file:1/model.onnx\":\"AAAA\"}}"));
        for (var name : List.of("file:model.onnx", "file:0/model.onnx", "file:1/", "other")) {
            refused(
                    400,
                    "INVALID_PARAMETER",
                    load("echo", "{\"parameters\":{\"%s\":\"AAAA\"}}".formatted(name)));
        }
        refused(
                400,
                "INVALID_PARAMETER",
                load("echo", "{\"parameters\":{\"config\":\"{}\",\"file:1/m.onnx\":\"A*A=\"}}"));
        refused(400, "MALFORMED_REQUEST", load("echo", "{\"parameters\":{\"config\":{}}}"));
        refused(400, "MALFORMED_REQUEST", load("echo", "{\"parameters\":[]}"));
        refused(400, "MALFORMED_REQUEST", load("echo", "{\"nope\":1}"));
        refused(400, "MALFORMED_REQUEST", load("echo", "[]"));
        refused(400, "MALFORMED_JSON", load("echo", "{\"parameters\":"));
        refused(400, "MALFORMED_JSON", load("echo", "{} {}"));
        refused(
                400,
                "MALFORMED_JSON",
                load("echo", "{\"parameters\":{\"config\":\"{}\",\"file:1/m.onnx\":\"AAAA"));
        refused(400, "INVALID_NAME", load("stats", ""));
        refused(
                422,
                "MODEL_INVALID",
                load(
                        "broken",
                        "{\"parameters\":{\"config\":\"{}\",\"file:1/model.onnx\":\"AAAA\"}}"));
        refused(
                422,
                "ARCHIVE_UNSAFE",
                load(
                        "broken",
                        "{\"parameters\":{\"config\":\"{}\",\"file:1/../../model.onnx\":\"AAAA\"}}"));
        assertThat(answer("echo")).isEqualTo(1);
    }

    @Test
    void filesAreHeldToTheLimitOfModels() {
        var large = Base64.getEncoder().encodeToString(new byte[70_000]);
        refused(
                413,
                "MODEL_TOO_LARGE",
                load(
                        "large",
                        "{\"parameters\":{\"config\":\"{}\",\"file:1/model.onnx\":\"%s\"}}"
                                .formatted(large)));
    }

    @Test
    void unloadsAndIndexesThatCannotBeAreRefused() {
        refused(400, "MALFORMED_REQUEST", unload("echo", "{\"parameters\":{\"other\":1}}"));
        refused(400, "MALFORMED_JSON", unload("echo", "{"));
        refused(400, "MALFORMED_REQUEST", server.post(REPOSITORY + "index", "{\"ready\":\"yes\"}"));
    }
}
