package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.model.ModelSource;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// Against a real S3 server, which the script in `.ci/backends` installs and starts.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3ModelStoreTest {
    private static final byte[] MODEL = "a model".getBytes(UTF_8);

    @TempDir static Path run;
    @TempDir Path temp;

    private @Nullable S3Server running;

    @BeforeAll
    void startServer() throws Exception {
        var server = S3Server.start(run);
        running = server;
        server.put("models", "iris/4/model.onnx", MODEL);
        server.put("models", "iris/4/weights/w.bin", "w".getBytes(UTF_8));
        server.put("models", "big.onnx", new byte[(int) StoreFixture.MAX_BYTES + 1]);
        server.put(
                "models",
                "iris.zip",
                new ZipForge().add("1/model.onnx", "a model").add("1/w.bin", "w").bytes());
        server.put("data", "secret.onnx", MODEL);
    }

    @AfterAll
    void stopServer() {
        if (running != null) {
            running.close();
        }
    }

    private S3Settings settings() {
        return Objects.requireNonNull(running).settings();
    }

    private StoreFixture store() {
        return new StoreFixture(
                temp,
                StoreFixture.MAX_BYTES,
                settings(),
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
        var wrong = new S3Settings(settings().endpoint(), "us-east-1", true, "who", "wrong");
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
}
