package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// What deploy and undeploy answer to what they must not accept: exactly the status and the code;
/// the version that serves goes on serving, and no file is left behind.
class BadDeployTest {
    private static final String API = TestServer.API;
    private static final String BINARY = "application/octet-stream";

    @TempDir private static Path data;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        server.deploy("iris");
        server.deploy("constant_7");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void theOldVersionServesAndNothingIsLeft() throws IOException {
        BadPredictTest.requireServing(server);
        try (var staged = Files.list(data.resolve("repository").resolve("staging"))) {
            assertThat(staged).isEmpty();
        }
        var registered = server.get(API + "/models").json().findValuesAsString("sha256");
        try (var kept = Files.list(data.resolve("repository"))) {
            assertThat(kept.map(path -> path.getFileName().toString()))
                    .filteredOn(name -> name.matches("[0-9a-f]{64}"))
                    .isSubsetOf(registered);
        }
    }

    static Stream<Arguments> models() throws IOException {
        var random = new byte[4096];
        new Random(1).nextBytes(random);
        var iris = TestServer.model("iris");
        var pickle = HexFormat.of().parseHex("80059500000000000000002e");
        return Stream.of(
                model(43, 422, "MODEL_INVALID", new byte[0]),
                model(43, 422, "MODEL_INVALID", Arrays.copyOf(iris, iris.length / 2)),
                model(43, 422, "MODEL_INVALID", random),
                model(43, 422, "MODEL_INVALID", pickle),
                model(43, 422, "MODEL_INVALID", broken("text")),
                model(43, 422, "MODEL_INVALID", broken("truncated")),
                model(45, 422, "UNSUPPORTED_OPERATOR", broken("unknown_op")),
                model(45, 422, "UNSUPPORTED_OPERATOR", broken("future_opset")),
                model(47, 422, "EXTERNAL_DATA_FORBIDDEN", broken("external_data_escapes")),
                model(49, 422, "EXTERNAL_DATA_FORBIDDEN", broken("missing_external_data")),
                model(56, 422, "ARCHIVE_UNSAFE", zip("../evil.onnx", iris)),
                model(56, 422, "ARCHIVE_UNSAFE", zip("/abs/model.onnx", iris)),
                model(56, 422, "ARCHIVE_UNSAFE", zip("c:\\model.onnx", iris)),
                model(57, 422, "ARCHIVE_LIMIT", zip("model.onnx", new byte[64 << 20])));
    }

    private static Arguments model(int row, int status, String code, byte[] bytes) {
        return Arguments.of(row, status, code, bytes);
    }

    private static byte[] broken(String name) {
        return TestServer.resource("/models/broken/" + name + ".onnx");
    }

    private static byte[] zip(String entry, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    /// Each as a new name and in the place of a version that serves.
    @ParameterizedTest(name = "row {0}: {1} {2}")
    @MethodSource("models")
    void aModelThatCannotBeUsedIsRefused(int row, int status, String code, byte[] bytes) {
        boolean zip = bytes.length > 2 && bytes[0] == 'P' && bytes[1] == 'K';
        var upload =
                server.send(
                        server.request(API + "/uploads")
                                .header("Content-Type", zip ? "application/zip" : BINARY)
                                .POST(BodyPublishers.ofByteArray(bytes))
                                .build());
        if (upload.status() != 201) {
            requireError(upload, row, status, code);
            return;
        }
        var uri = upload.json().get("uri").stringValue();
        requireError(server.deploy("fresh", uri, ""), row, status, code);
        requireError(server.deploy("iris", uri, ",\"replace\":true"), row, status, code);
        assertThat(server.get(API + "/deployments/fresh").status()).isEqualTo(404);
        assertThat(server.get(API + "/deployments/iris").json().get("last_failure").isString())
                .isTrue();
    }

    private static void requireError(TestServer.Answer answer, int row, int status, String code) {
        assertThat(answer.code()).as("row %d: %s", row, answer.body()).isEqualTo(code);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).doesNotContain("io.matih", "java.", "Exception", data.toString());
        assertThat(answer.body().chars().filter(c -> c < ' ')).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "file:/etc/passwd",
                "file:../../etc/passwd",
                "file:///etc/hostname.onnx",
                "file:nothing-here.onnx",
                "../models/x.onnx",
                "s3://nobody/x.onnx"
            })
    void aSourceOutsideTheRootsIsForbiddenWhetherItExistsOrNot(String uri) {
        requireError(server.deploy("fresh", uri, ""), 51, 403, "PATH_NOT_ALLOWED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data",
                "http://[::ffff:169.254.169.254]/",
                "https://127.1/model.onnx",
                "http://0.0.0.0/",
                "http://localhost./",
                "http://2852039166/",
                "http://metadata.google.internal/",
                "jar:file:/x.jar!/m.onnx",
                "gopher://x/",
                "https://good@evil/model.onnx",
                "file://host/share/model.onnx"
            })
    void aUrlIsNoSource(String uri) {
        requireError(server.deploy("fresh", uri, ""), 52, 403, "URL_NOT_ALLOWED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "..",
                "a/b",
                "a\\u0000",
                "a\\nb",
                "\\u202eiris",
                "\\u0456ris",
                "CON",
                "nul.txt",
                "iris.",
                "stats",
                "-x",
                "\\\"} 1\\nevil{",
                "'; DROP TABLE",
                "${jndi:x}"
            })
    void aNameIsFromAnAllowList(String name) {
        var uri = server.uploadModel("constant_9");
        requireError(server.deploy(name, uri, ""), 58, 400, "INVALID_NAME");
    }

    @Test
    void aVeryLongNameIsClippedInTheAnswer() {
        var answer = server.deploy("n".repeat(10_240), "upload://x", "");
        requireError(answer, 58, 400, "INVALID_NAME");
        assertThat(answer.body().length()).isLessThan(1000);
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                Arguments.of(400, "MALFORMED_REQUEST", "name", "{}"),
                Arguments.of(400, "MALFORMED_REQUEST", "source", "{\"name\":\"x\"}"),
                Arguments.of(
                        400,
                        "MALFORMED_REQUEST",
                        "name",
                        "{\"name\":null,\"source\":{\"uri\":\"x\"}}"),
                Arguments.of(
                        400,
                        "MALFORMED_REQUEST",
                        "name",
                        "{\"name\":7,\"source\":{\"uri\":\"x\"}}"),
                Arguments.of(400, "MALFORMED_REQUEST", "replac", with("\"replac\":true")),
                Arguments.of(400, "MALFORMED_JSON", "line 1", "{\"name\":"),
                Arguments.of(400, "MALFORMED_JSON", "", "{\"name\":\"x\",\"name\":\"y\"}"),
                Arguments.of(400, "JSON_LIMIT", "", "{\"a\":" + "[".repeat(500)),
                Arguments.of(400, "INVALID_PARAMETER", "version", with("\"version\":\"abc\"")),
                Arguments.of(400, "INVALID_PARAMETER", "version", with("\"version\":-1")),
                Arguments.of(
                        400,
                        "INVALID_PARAMETER",
                        "sha256",
                        "{\"name\":\"x\",\"source\":{\"uri\":\"x\",\"sha256\":\"12\"}}"),
                Arguments.of(
                        422,
                        "CONFIG_INVALID",
                        "max_batch_size",
                        with("\"config\":{\"max_batch_size\":-1}")),
                Arguments.of(
                        422,
                        "CONFIG_INVALID",
                        "KIND_CPU",
                        with("\"config\":{\"instance_group\":[{\"kind\":\"KIND_NPU\"}]}")),
                Arguments.of(
                        422,
                        "CONFIG_INVALID",
                        "count",
                        with("\"config\":{\"instance_group\":[{\"count\":1000}]}")),
                Arguments.of(
                        400,
                        "MALFORMED_REQUEST",
                        "model_warmup",
                        with("\"config\":{\"model_warmup\":[null]}")),
                Arguments.of(
                        400,
                        "MALFORMED_REQUEST",
                        "instance_group",
                        with("\"config\":{\"instance_group\":[null]}")),
                Arguments.of(
                        400,
                        "MALFORMED_REQUEST",
                        "features",
                        with("\"features\":{\"X\":[\"a\",null]}")),
                Arguments.of(
                        400,
                        "MALFORMED_REQUEST",
                        "pad_to_preferred",
                        with("\"config\":{\"parameters\":{\"pad_to_preferred\":null}}")),
                Arguments.of(
                        400,
                        "INVALID_PARAMETER",
                        "primary",
                        with("\"traffic\":{\"mode\":\"AAA\"}")),
                Arguments.of(501, "UNSUPPORTED", "ensemble", with("\"ensemble\":{}")),
                Arguments.of(501, "UNSUPPORTED", "triton", with("\"backend\":\"triton\"")),
                Arguments.of(
                        400,
                        "INVALID_PARAMETER",
                        "model://",
                        "{\"name\":\"x\",\"source\":{\"uri\":\"model://iris\"}}"),
                Arguments.of(
                        404,
                        "MODEL_NOT_FOUND",
                        "99",
                        "{\"name\":\"x\",\"source\":{\"uri\":\"model://iris/99\"}}"));
    }

    private static String with(String more) {
        return "{\"name\":\"x\",\"source\":{\"uri\":\"x.onnx\"}," + more + "}";
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("requests")
    void aRequestThatIsWrongIsNamedByItsField(int status, String code, String names, String body) {
        var answer = server.post(API + "/deploy", body);
        requireError(answer, 0, status, code);
        assertThat(answer.body()).contains(names);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pt", "pkl", "joblib", "keras"})
    void aFormatOfAnotherRuntimeIsRefusedAndNeverOpened(String ending) throws IOException {
        Files.write(data.resolve("models").resolve("model." + ending), new byte[] {1, 2, 3});
        requireError(
                server.deploy("fresh", "file:model." + ending, ""),
                55,
                422,
                "FORMAT_NOT_SUPPORTED");
    }

    @Test
    void aDigestThatDiffersIsRefused() {
        var answer =
                server.post(
                        API + "/deploy",
                        "{\"name\":\"fresh\",\"source\":{\"uri\":\"%s\",\"sha256\":\"%s\"}}"
                                .formatted(server.uploadModel("constant_9"), "0".repeat(64)));
        requireError(answer, 54, 422, "DIGEST_MISMATCH");
    }

    @Test
    void theSameTwiceIsNoChangeAndAnotherDigestIsAConflict() {
        var again = server.deploy("iris", server.uploadModel("iris"), "");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().get("revision").intValue()).isEqualTo(1);
        var other = server.deploy("iris", server.uploadModel("constant_9"), "");
        requireError(other, 60, 409, "CONFLICT");
        var sameVersion =
                server.deploy(
                        "iris",
                        server.uploadModel("constant_9"),
                        ",\"version\":1,\"replace\":true");
        requireError(sameVersion, 60, 409, "CONFLICT");
        var stale =
                server.send(
                        server.request(API + "/deploy")
                                .header("Content-Type", "application/json")
                                .header("If-Match", "\"9\"")
                                .POST(
                                        BodyPublishers.ofString(
                                                "{\"name\":\"iris\",\"source\":{\"uri\":\"%s\"},\"replace\":true}"
                                                        .formatted(
                                                                server.uploadModel("constant_9"))))
                                .build());
        requireError(stale, 60, 409, "CONFLICT");
    }

    @Test
    void columnsThatDoNotFitTheInputsAreRefused() {
        var uri = server.uploadModel("iris");
        var unknown = server.deploy("fresh", uri, ",\"features\":{\"Z\":[\"a\"]}");
        requireError(unknown, 0, 422, "CONFIG_INVALID");
        assertThat(unknown.body()).contains("features.Z", "X");
        var few = server.deploy("fresh", uri, ",\"features\":{\"X\":[\"a\",\"b\"]}");
        requireError(few, 0, 422, "CONFIG_INVALID");
        assertThat(few.body()).contains("2 columns", "4");
    }

    /// Fifty at once: one load, the others find it done.
    @Test
    void fiftyTimesAtOnceIsOneDeploy() throws Exception {
        var uri = server.uploadModel("constant_9");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<TestServer.Answer>>();
            IntStream.range(0, 50)
                    .forEach(
                            _ -> answers.add(threads.submit(() -> server.deploy("many", uri, ""))));
            for (var answer : answers) {
                assertThat(answer.get().status()).as(answer.get().body()).isEqualTo(200);
                assertThat(answer.get().json().get("revision").intValue()).isEqualTo(1);
            }
        }
        assertThat(server.undeploy("many").status()).isEqualTo(200);
        requireError(server.undeploy("many"), 61, 404, "MODEL_NOT_FOUND");
    }

    @Test
    void anUnknownOrAlreadyUndeployedNameIsNotFound() {
        requireError(server.undeploy("ghost"), 61, 404, "MODEL_NOT_FOUND");
        var version = server.post(API + "/undeploy", "{\"name\":\"iris\",\"version\":\"9\"}");
        requireError(version, 61, 404, "MODEL_NOT_FOUND");
        var future = server.post(API + "/undeploy", "{\"name\":\"iris\",\"force\":true}");
        requireError(future, 61, 501, "UNSUPPORTED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"KIND_GPU", "KIND_TENSORRT"})
    void aDeviceThatIsNotThereIsSaidSo(String kind) {
        var usable =
                server.get(API + "/backends")
                        .json()
                        .at("/backends/0/providers")
                        .valueStream()
                        .anyMatch(
                                p ->
                                        !p.get("name").stringValue().equals("CPU")
                                                && p.get("usable").booleanValue());
        if (!usable) {
            var answer =
                    server.deploy(
                            "fresh",
                            server.uploadModel("constant_9"),
                            ",\"config\":{\"instance_group\":[{\"kind\":\"%s\"}]}".formatted(kind));
            requireError(answer, 65, 422, "DEVICE_UNAVAILABLE");
        }
        var auto = server.get(API + "/deployments/iris").json();
        assertThat(auto.get("device").stringValue()).isEqualTo("cpu");
        assertThat(auto.get("providers").toString()).contains("CPU");
    }

    @Test
    void aWarmUpThatReturnsNanIsRefusedAndTheOldVersionServes() {
        var answer =
                server.deploy(
                        "iris",
                        server.uploadModel("nan_out"),
                        ",\"replace\":true,\"config\":{\"model_warmup\":[{\"name\":\"w\",\"batch_size\":2,\"count\":1}]}");
        requireError(answer, 67, 422, "WARMUP_FAILED");
        assertThat(answer.body()).contains("'w'", "'y'");
    }

    /// Row 29: not there yet, and why it failed is for the operator's eyes.
    @Test
    void aDeployThatDoesNotWaitTellsHowItWentAndPredictSaysNotReady() {
        var uri = server.upload(broken("text"), BINARY);
        var accepted = server.deploy("later", uri, ",\"wait\":false");
        assertThat(accepted.status()).isEqualTo(202);
        var location = accepted.response().headers().firstValue("Location").orElseThrow();
        assertThat(URI.create(location).getPath()).isEqualTo(API + "/deployments/later");
        long deadline = System.nanoTime() + 30_000_000_000L;
        var state = server.get(location).json();
        while (state.get("state").stringValue().equals("LOADING") && System.nanoTime() < deadline) {
            assertNotReady();
            state = server.get(location).json();
        }
        assertThat(state.get("state").stringValue()).isEqualTo("UNAVAILABLE");
        assertThat(state.get("reason").stringValue()).contains("MODEL_INVALID");
        assertNotReady();
        assertThat(server.undeploy("later").status()).isEqualTo(200);
        assertThat(server.get(location).status()).isEqualTo(404);
    }

    private static void assertNotReady() {
        var refused = server.predict("{\"model\":\"later\",\"instances\":[[1]]}");
        assertThat(refused.status()).as(refused.body()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("MODEL_NOT_READY");
        assertThat(refused.body()).doesNotContain("MODEL_INVALID");
        assertThat(refused.response().headers().firstValue("Retry-After")).isPresent();
    }

    @Test
    void anUploadLargerThanAModelMayBeIsRefusedAndNotKept() throws IOException {
        try (var small =
                TestServer.start(data.resolve("small"), Map.of("limits.max_model_bytes", "1MiB"))) {
            var answer =
                    small.send(
                            small.request(API + "/uploads")
                                    .header("Content-Type", BINARY)
                                    // As our client does: the refusal comes before the body goes.
                                    .expectContinue(true)
                                    .POST(BodyPublishers.ofByteArray(new byte[(1 << 20) + 1]))
                                    .build());
            assertThat(answer.status()).isEqualTo(413);
            try (var kept = Files.walk(data.resolve("small").resolve("uploads"))) {
                assertThat(kept.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }
}
