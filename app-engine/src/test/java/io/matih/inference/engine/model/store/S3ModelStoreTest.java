package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.model.ModelSource;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Against a real S3 server, which the script in `.ci/backends` installs and starts.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3ModelStoreTest {
    private static final byte[] MODEL = "a model".getBytes(UTF_8);

    @TempDir static Path run;
    @TempDir Path temp;

    private Map<String, String> addresses = Map.of();

    @BeforeAll
    void startServer() throws Exception {
        addresses = script("up");
        try (var client = client()) {
            put(client, "models", "iris/4/model.onnx", MODEL);
            put(client, "models", "iris/4/weights/w.bin", "w".getBytes(UTF_8));
            put(client, "models", "big.onnx", new byte[(int) StoreFixture.MAX_BYTES + 1]);
            put(
                    client,
                    "models",
                    "iris.zip",
                    new ZipForge().add("1/model.onnx", "a model").add("1/w.bin", "w").bytes());
            put(client, "data", "secret.onnx", MODEL);
        }
    }

    @AfterAll
    void stopServer() throws Exception {
        script("down");
    }

    private StoreFixture store() {
        return new StoreFixture(
                temp,
                StoreFixture.MAX_BYTES,
                new S3Settings(
                        URI.create(address("S3_ENDPOINT")),
                        address("S3_REGION"),
                        true,
                        address("S3_ACCESS_KEY"),
                        address("S3_SECRET_KEY")),
                List.of("s3://models"),
                Duration.ofSeconds(30),
                "weights/w.bin");
    }

    @Test
    void anObjectIsFetchedWithItsExternalData() {
        var source =
                new ModelSource("s3://models/iris/4/model.onnx", StoreFixture.sha256(MODEL), null);
        try (var store = store();
                var staged = store.fetch(source)) {
            var admitted = store.repository.admit(staged);
            assertThat(admitted.modelPath()).hasBinaryContent(MODEL);
            assertThat(admitted.folder().resolve("weights/w.bin")).hasContent("w");
        }
    }

    @Test
    void aPrefixIsFetchedWhole() {
        for (var uri : List.of("s3://models/iris/4/", "s3://models/iris/")) {
            try (var store = store();
                    var staged = store.fetch(uri)) {
                assertThat(staged.artifact().modelPath()).hasBinaryContent(MODEL);
                assertThat(staged.artifact().sizeBytes()).isEqualTo(8);
            }
        }
    }

    @Test
    void anArchiveIsUnpacked() {
        try (var store = store();
                var staged = store.fetch("s3://models/iris.zip")) {
            assertThat(staged.artifact().modelFile()).isEqualTo("1/model.onnx");
            assertThat(staged.artifact().modelPath()).hasBinaryContent(MODEL);
        }
    }

    @Test
    void refusalsHaveTheirCodes() {
        try (var store = store()) {
            store.refusal("s3://models/absent.onnx", ErrorCode.SOURCE_UNAVAILABLE);
            store.refusal("s3://models/absent/", ErrorCode.MODEL_INVALID);
            store.refusal("s3://data/secret.onnx", ErrorCode.PATH_NOT_ALLOWED);
            store.refusal("s3://models/big.onnx", ErrorCode.MODEL_TOO_LARGE);
            store.refusal("s3://models/", ErrorCode.MODEL_TOO_LARGE);
            store.refusal(
                    new ModelSource("s3://models/iris.zip", "0".repeat(64), null),
                    ErrorCode.DIGEST_MISMATCH);
        }
    }

    @Test
    void wrongCredentialsSayNoMoreThanAnAbsentObject() {
        var wrong =
                new S3Settings(
                        URI.create(address("S3_ENDPOINT")), "us-east-1", true, "who", "wrong");
        try (var stranger =
                new StoreFixture(
                        temp,
                        StoreFixture.MAX_BYTES,
                        wrong,
                        List.of("s3://models"),
                        Duration.ofSeconds(30))) {
            stranger.refusal("s3://models/iris/4/model.onnx", ErrorCode.SOURCE_UNAVAILABLE);
        }
    }

    private String address(String key) {
        return Objects.requireNonNull(addresses.get(key), key);
    }

    private S3Client client() {
        return S3Client.builder()
                .endpointOverride(URI.create(address("S3_ENDPOINT")))
                .region(Region.of(address("S3_REGION")))
                .forcePathStyle(true)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(
                                        address("S3_ACCESS_KEY"), address("S3_SECRET_KEY"))))
                .build();
    }

    private static void put(S3Client client, String bucket, String key, byte[] content) {
        client.putObject(
                request -> request.bucket(bucket).key(key), RequestBody.fromBytes(content));
    }

    /// The addresses it prints.
    private static Map<String, String> script(String command) throws Exception {
        var script = Path.of("..", ".ci", "backends", "s3.sh").toRealPath();
        var builder =
                new ProcessBuilder("bash", script.toString(), command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("S3_PORT", String.valueOf(freePort()));
        builder.environment().put("BACKENDS_RUN", run.toString());
        var process = builder.start();
        var lines = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
        assertThat(process.waitFor()).isZero();
        var addresses = new HashMap<String, String>();
        for (var line : lines) {
            var parts = line.split("=", 2);
            addresses.put(parts[0], parts[1]);
        }
        return addresses;
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
