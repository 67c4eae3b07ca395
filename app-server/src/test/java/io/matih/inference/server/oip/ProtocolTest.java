package io.matih.inference.server.oip;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.Eventually;
import io.matih.inference.server.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What the protocol tells of the server and its models, beside inference.
class ProtocolTest {
    @TempDir private static Path data;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        server.deploy("iris");
        server.deploy("strings_echo");
        assertThat(
                        server.deploy(
                                        "cached",
                                        server.uploadModel("echo"),
                                        ",\"config\":{\"response_cache\":{\"enable\":true}}")
                                .status())
                .isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode get(String path) {
        var answer = server.get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }

    @Test
    void theServerListsWhatItImplements() {
        var about = get("/v2");
        assertThat(about.propertyNames()).containsExactly("name", "version", "extensions");
        assertThat(about.get("extensions").valueStream().map(JsonNode::stringValue))
                .contains("binary_tensor_data", "classification", "statistics", "model_repository")
                .doesNotContain("system_shared_memory", "cuda_shared_memory", "trace", "logging");
    }

    @Test
    void healthIsToldByTheStatusAndByKServesBodies() {
        assertThat(get("/v2/health/live").toString()).isEqualTo("{\"live\":true}");
        assertThat(get("/v2/health/ready").toString()).isEqualTo("{\"ready\":true}");
        assertThat(get("/v2/models/iris/ready").toString())
                .isEqualTo("{\"name\":\"iris\",\"ready\":true}");
        assertThat(get("/v2/models/iris/versions/1/ready").get("ready").booleanValue()).isTrue();
    }

    @Test
    void aModelThatIsNotThereIsNotFound() {
        for (var path : List.of("", "/ready", "/config", "/stats")) {
            for (var model : List.of("ghost", "iris/versions/9")) {
                var answer = server.get("/v2/models/" + model + path);
                assertThat(answer.status()).as(model + path).isEqualTo(404);
                assertThat(answer.code()).isEqualTo("MODEL_NOT_FOUND");
            }
            assertThat(server.get("/v2/models/iris/versions/0" + path).status()).isEqualTo(400);
        }
    }

    @Test
    void metadataSaysWhatAModelTakesAndGives() {
        assertThat(get("/v2/models/iris").toString())
                .isEqualTo(
                        "{\"name\":\"iris\",\"versions\":[\"1\"],\"platform\":\"onnxruntime_onnx\","
                                + "\"inputs\":[{\"name\":\"X\",\"datatype\":\"FP32\",\"shape\":[-1,4]}],"
                                + "\"outputs\":[{\"name\":\"label\",\"datatype\":\"INT64\",\"shape\":[-1]},"
                                + "{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,3]}]}");
        assertThat(get("/v2/models/iris/versions/1")).isEqualTo(get("/v2/models/iris"));
    }

    @Test
    void statisticsCountWhatWasAnswered() {
        var before = statistics("strings_echo");
        for (int rows = 1; rows <= 2; rows++) {
            var answer =
                    server.post(
                            "/v2/models/strings_echo/infer",
                            "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[%d,1],\"data\":[%s]}]}"
                                    .formatted(rows, "\"a\"" + ",\"a\"".repeat(rows - 1)));
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
        var after = statistics("strings_echo");
        assertThat(difference(before, after, "/inference_count")).isEqualTo(3);
        assertThat(difference(before, after, "/execution_count")).isEqualTo(2);
        assertThat(difference(before, after, "/inference_stats/success/count")).isEqualTo(2);
        assertThat(difference(before, after, "/inference_stats/compute_infer/ns")).isPositive();
        assertThat(after.get("last_inference").longValue()).isPositive();
        assertThat(after.get("batch_stats")).hasSize(2);
        assertThat(after.at("/memory_usage/0/type").stringValue()).isEqualTo("CPU");
        assertThat(after.get("inference_stats").propertyNames())
                .containsExactly(
                        "success",
                        "fail",
                        "queue",
                        "compute_input",
                        "compute_infer",
                        "compute_output",
                        "cache_hit",
                        "cache_miss");
    }

    private static JsonNode statistics(String model) {
        var statistics = get("/v2/models/" + model + "/stats");
        assertThat(statistics.get("model_stats")).hasSize(1);
        return statistics.at("/model_stats/0");
    }

    private static long difference(JsonNode before, JsonNode after, String pointer) {
        return after.at(pointer).longValue() - before.at(pointer).longValue();
    }

    @Test
    void answersFromTheCacheAreCountedApart() {
        var body =
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,1],\"data\":[42]}]}";
        server.post("/v2/models/cached/infer", body);
        server.post("/v2/models/cached/infer", body);
        var statistics = statistics("cached");
        assertThat(statistics.at("/inference_stats/cache_hit/count").longValue()).isOne();
        assertThat(statistics.at("/inference_stats/cache_miss/count").longValue()).isOne();
        assertThat(statistics.at("/inference_stats/success/count").longValue()).isEqualTo(2);
        assertThat(statistics.get("execution_count").longValue()).isOne();
    }

    @Test
    void allStatisticsListEveryModel() {
        assertThat(
                        get("/v2/models/stats")
                                .get("model_stats")
                                .valueStream()
                                .map(model -> model.get("name").stringValue()))
                .containsExactly("cached", "iris", "strings_echo");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v2/trace/setting",
                "POST /v2/trace/setting",
                "GET /v2/models/iris/trace/setting",
                "POST /v2/models/iris/versions/1/trace/setting",
                "GET /v2/logging",
                "POST /v2/logging",
                "GET /v2/systemsharedmemory/status",
                "GET /v2/systemsharedmemory/region/r/status",
                "POST /v2/systemsharedmemory/region/r/register",
                "POST /v2/systemsharedmemory/region/r/unregister",
                "POST /v2/systemsharedmemory/unregister",
                "GET /v2/cudasharedmemory/status",
                "POST /v2/cudasharedmemory/region/r/register",
                "POST /v2/repository/other/index",
                "POST /v2/repository/other/models/iris/load"
            })
    void whatIsNotImplementedSaysSo(String call) {
        var parts = call.split(" ", 2);
        var answer =
                server.send(
                        server.request(parts[1])
                                .method(parts[0], BodyPublishers.ofString("{}"))
                                .build());
        assertThat(answer.status()).as(answer.body()).isEqualTo(501);
        assertThat(answer.code()).isEqualTo("UNSUPPORTED");
        assertThat(answer.json().get("error").stringValue()).contains("not supported");
    }

    @Test
    void strictReadinessMakesOneBadModelTheServers(@TempDir Path other) {
        try (var strict = TestServer.start(other, Map.of("strict_readiness", "true"))) {
            assertThat(strict.get("/v2/health/ready").status()).isEqualTo(200);
            var broken =
                    strict.upload(
                            TestServer.resource("/models/broken/text.onnx"),
                            "application/octet-stream");
            strict.deploy("sad", broken, ",\"wait\":false");
            Eventually.await(
                    "the load's failure",
                    () ->
                            strict.get("/api/v1/inference/deployments/sad")
                                    .json()
                                    .get("state")
                                    .stringValue()
                                    .equals("UNAVAILABLE"));
            assertThat(strict.get("/v2/health/ready").status()).isEqualTo(503);
            assertThat(strict.get("/v2/health/live").status()).isEqualTo(200);
            assertThat(strict.get("/v2/models/sad/ready").status()).isEqualTo(503);
        }
    }
}
