package io.matih.inference.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// `matih doctor --protocol`, against this product's server and against servers that break the
/// protocol.
class ProtocolCheckTest {
    private static final List<String> MODELS =
            List.of("iris", "add_sub", "passengers", "half_affine", "fixed_batch4", "strings_echo");

    @TempDir private static Path folder;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(folder.resolve("data"));
        MODELS.forEach(server::deploy);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static CommandRun doctor() {
        return new CommandRun(folder);
    }

    private static List<JsonNode> clauses(CommandRun matih, String verdict) {
        return JsonArgument.JSON
                .readTree(matih.out())
                .get("clauses")
                .valueStream()
                .filter(clause -> clause.get("verdict").stringValue().equals(verdict))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iris",
                "add_sub",
                "passengers",
                "half_affine",
                "fixed_batch4",
                "strings_echo"
            })
    void everyClauseHoldsHereWhateverTheModel(String model) {
        var matih = doctor();
        int code =
                matih.run(
                        "doctor",
                        "--protocol",
                        server.url(),
                        "--grpc",
                        server.server().grpcAddress(),
                        "--model",
                        model,
                        "--json");
        assertThat(clauses(matih, "fail")).isEmpty();
        assertThat(clauses(matih, "pass")).hasSizeGreaterThan(35);
        assertThat(code).isZero();
    }

    @Test
    void peopleSeeATable() {
        var matih = doctor();
        assertThat(matih.run("doctor", "--protocol", server.url(), "--model", "iris")).isZero();
        assertThat(matih.out())
                .contains("gRPC   not asked; --grpc HOST:PORT does\nmodel  iris\n")
                .containsPattern("(?m)^pass +inputs may be bytes$")
                .containsPattern("(?m)^[0-9]+ pass, 0 fail, [0-9]+ not offered$");
    }

    @Test
    void aModelIsFoundWhereNoneIsNamed() {
        var matih = doctor();
        assertThat(matih.run("doctor", "--protocol", server.url(), "--json")).isZero();
        assertThat(JsonArgument.JSON.readTree(matih.out()).get("model").stringValue()).isIn(MODELS);
    }

    @Test
    void aServerThatBreaksClausesIsToldSo() throws IOException {
        try (var broken = new FakeServer()) {
            broken.on("GET /v2/health/live", 200, "")
                    .on("GET /v2/health/ready", 200, "")
                    .on(
                            "GET /v2",
                            200,
                            "{\"name\":\"x\",\"version\":\"1\",\"extensions\":[\"statistics\"]}")
                    .on(
                            "GET /v2/models/m",
                            200,
                            "{\"name\":\"m\",\"platform\":\"p\",\"versions\":[\"1\"],"
                                    + "\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1]}],"
                                    + "\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[-1]}]}")
                    .on(
                            "POST /v2/models/m/infer",
                            200,
                            "{\"model_name\":\"m\",\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[2],\"data\":[1]}]}");
            var matih = doctor();
            int code = matih.run("doctor", "--protocol", broken.url(), "--model", "m", "--json");
            assertThat(code).isEqualTo(1);
            assertThat(reason(matih, "fail", "a request in JSON is answered"))
                    .isEqualTo("elements of output 'y': expected 2, got 1");
            assertThat(reason(matih, "fail", "an id comes back, and only where one was given"))
                    .isEqualTo("'id' is no string but absent");
            assertThat(reason(matih, "fail", "a missing input is refused"))
                    .startsWith("expected status [400], got 200");
            assertThat(reason(matih, "fail", "statistics have every counter"))
                    .startsWith("expected status 200, got ");
            assertThat(reason(matih, "not_offered", "inputs may be bytes"))
                    .isEqualTo("the server does not list the extension binary_tensor_data");
        }
    }

    private static String reason(CommandRun matih, String verdict, String clause) {
        return clauses(matih, verdict).stream()
                .filter(result -> result.get("clause").stringValue().equals(clause))
                .map(result -> result.get("reason").stringValue())
                .findFirst()
                .orElse("no such result");
    }

    @Test
    void whereNobodyListensEveryClauseFailsAndSaysWhy() throws IOException {
        String url;
        try (var gone = new FakeServer()) {
            url = gone.url();
        }
        var matih = doctor();
        var grpc = url.replace("http://", "");
        assertThat(matih.run("doctor", "--protocol", url, "--grpc", grpc, "--json")).isEqualTo(1);
        assertThat(reason(matih, "fail", "the server lives")).startsWith("no answer: ");
        assertThat(matih.out()).contains("UNAVAILABLE");
    }

    @Test
    void optionsWithoutAServerAreAMistake() {
        var matih = doctor();
        assertThat(matih.run("doctor", "--model", "iris")).isEqualTo(2);
        assertThat(matih.err()).contains("--grpc and --model need --protocol");
    }
}
