package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

class FolderFetchTest {
    private static final byte[] MODEL = "a model".getBytes(UTF_8);

    @TempDir Path temp;

    @Test
    void aFileIsCopiedUnderItsOwnNameAndDigest() throws IOException {
        try (var store = new StoreFixture(temp)) {
            var source = store.write("iris/4/model.onnx", MODEL);
            for (var uri :
                    new String[] {
                        "iris/4/model.onnx",
                        "./iris//4/model.onnx",
                        "file:iris/4/model.onnx",
                        "file:iris/%34/model.onnx",
                        "file:" + source,
                        "file://" + source,
                        source.toString()
                    }) {
                try (var staged = store.fetch(uri)) {
                    var artifact = staged.artifact();
                    assertThat(artifact.digest()).isEqualTo(StoreFixture.sha256(MODEL));
                    assertThat(artifact.format()).isEqualTo(ModelFormat.ONNX);
                    assertThat(artifact.modelFile()).isEqualTo("model.onnx");
                    assertThat(artifact.sizeBytes()).isEqualTo(MODEL.length);
                    assertThat(artifact.modelPath()).hasBinaryContent(MODEL);
                }
                assertThat(store.repository.staging()).isEmptyDirectory();
            }
        }
    }

    @Test
    void theCopyIsTheOwnersAlone() throws IOException {
        try (var store = new StoreFixture(temp)) {
            store.write("m.onnx", MODEL);
            try (var staged = store.fetch("m.onnx")) {
                var artifact = staged.artifact();
                assertThat(permissions(artifact.modelPath())).isEqualTo("rw-------");
                assertThat(permissions(artifact.folder())).isEqualTo("rwx------");
                assertThat(permissions(artifact.folder().resolve(".."))).isEqualTo("rwx------");
            }
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aTritonFolderKeepsItsShapeAndHidesLitter() {
        try (var store = new StoreFixture(temp)) {
            store.write("iris/1/model.onnx", MODEL);
            store.write("iris/1/weights.bin", "w");
            store.write("iris/config.pbtxt", "name: \"iris\"");
            store.write("iris/.DS_Store", "x");
            try (var staged = store.fetch("iris")) {
                var artifact = staged.artifact();
                assertThat(artifact.modelFile()).isEqualTo("1/model.onnx");
                assertThat(artifact.modelPath()).hasBinaryContent(MODEL);
                var listing =
                        line(MODEL, "1/model.onnx")
                                + line("w".getBytes(UTF_8), "1/weights.bin")
                                + line("name: \"iris\"".getBytes(UTF_8), "config.pbtxt");
                assertThat(artifact.digest())
                        .isEqualTo(StoreFixture.sha256(listing.getBytes(UTF_8)));
            }
        }
    }

    private static String line(byte[] content, String name) {
        return StoreFixture.sha256(content) + "  " + name + "\n";
    }

    @Test
    void aFolderMustHoldExactlyOneModel() {
        try (var store = new StoreFixture(temp)) {
            store.write("two/a.onnx", MODEL);
            store.write("two/b/c.onnx", MODEL);
            store.write("none/readme.txt", "x");
            assertThat(store.refusal("two", ErrorCode.MODEL_INVALID))
                    .hasMessageContaining("2 model files")
                    .hasMessageContaining("a.onnx");
            store.refusal("none", ErrorCode.MODEL_INVALID);
        }
    }

    @Test
    void theFormatComesFromTheEndingUnlessItIsGiven() {
        try (var store = new StoreFixture(temp)) {
            store.write("m.joblib", MODEL);
            store.write("m.weights", MODEL);
            try (var staged = store.fetch("m.joblib")) {
                assertThat(staged.artifact().format()).isEqualTo(ModelFormat.SKLEARN);
            }
            store.refusal("m.weights", ErrorCode.FORMAT_NOT_SUPPORTED);
            var told = new ModelSource("m.weights", null, ModelFormat.PYTORCH);
            try (var staged = store.fetch(told)) {
                assertThat(staged.artifact().format()).isEqualTo(ModelFormat.PYTORCH);
            }
        }
    }

    @Test
    void aFileNameOutsideTheAllowListIsNotTakenOver() {
        try (var store = new StoreFixture(temp)) {
            store.write("mödel;v1.onnx", MODEL);
            try (var staged = store.fetch("file:m%C3%B6del;v1.onnx")) {
                assertThat(staged.artifact().modelFile()).isEqualTo("model.onnx");
            }
        }
    }

    @Test
    void aDigestIsComparedWithTheSourcesBytes() {
        try (var store = new StoreFixture(temp)) {
            store.write("m.onnx", MODEL);
            var right = StoreFixture.sha256(MODEL);
            store.fetch(new ModelSource("m.onnx", right, null)).close();
            store.fetch(new ModelSource("m.onnx", right.toUpperCase(Locale.ROOT), null)).close();
            var wrong = "0".repeat(64);
            assertThat(
                            store.refusal(
                                    new ModelSource("m.onnx", wrong, null),
                                    ErrorCode.DIGEST_MISMATCH))
                    .hasMessageContaining(wrong)
                    .hasMessageContaining(right);
            store.refusal(new ModelSource("m.onnx", "abc", null), ErrorCode.INVALID_PARAMETER);
        }
    }

    @Test
    void aModelOverTheLimitIsRefusedBeforeItIsRead() throws IOException {
        try (var store = new StoreFixture(temp)) {
            var sparse = store.root.resolve("sparse.onnx");
            try (var file = new RandomAccessFile(sparse.toFile(), "rw")) {
                file.setLength(1L << 40);
            }
            store.refusal("sparse.onnx", ErrorCode.MODEL_TOO_LARGE);
        }
    }

    @Test
    void whatLiesOutsideOrIsLinkedOutAnswersAsIfItWereAbsent() throws Exception {
        try (var store = new StoreFixture(temp)) {
            var secret = Files.write(temp.resolve("secret.onnx"), MODEL);
            store.write("in/m.onnx", MODEL);
            Files.createSymbolicLink(store.root.resolve("leaf.onnx"), secret);
            Files.createSymbolicLink(store.root.resolve("up"), temp);
            Files.createLink(store.root.resolve("hard.onnx"), secret);
            Files.createSymbolicLink(store.root.resolve("in/bad.txt"), secret);
            makeFifo(store.root.resolve("fifo.onnx"));
            for (var uri :
                    new String[] {
                        "absent.onnx",
                        "leaf.onnx",
                        "up/secret.onnx",
                        "hard.onnx",
                        "fifo.onnx",
                        "in",
                        "../secret.onnx",
                        "in/../in/m.onnx",
                        "file:%2e%2e/secret.onnx",
                        "IN/m.onnx",
                        "in/m.onnx\0.txt",
                        "ｉn/m.onnx",
                        "",
                        " ",
                        secret.toString(),
                        "file:" + secret,
                        "/etc/passwd",
                        "/proc/self/environ",
                        "/dev/zero",
                        "//host/share/m.onnx",
                        "\\\\host\\share\\m.onnx",
                        "C:\\models\\m.onnx",
                    }) {
                var refusal = store.refusal(uri, ErrorCode.PATH_NOT_ALLOWED);
                assertThat(refusal.getMessage().replaceFirst("'.*' names", "'' names"))
                        .isEqualTo(FolderSource.refused("").getMessage());
            }
        }
    }

    static void makeFifo(Path path) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    }

    @Test
    void aLinkInsideTheRootIsFollowed() throws IOException {
        try (var store = new StoreFixture(temp)) {
            var target = store.write("blobs/m.onnx", MODEL);
            Files.createSymbolicLink(store.root.resolve("latest.onnx"), target);
            try (var staged = store.fetch("latest.onnx")) {
                assertThat(staged.artifact().modelPath()).hasBinaryContent(MODEL);
            }
        }
    }

    @Test
    void aRootThatBecameALinkIsNoRootAnyMore() throws IOException {
        try (var store = new StoreFixture(temp)) {
            store.write("m.onnx", MODEL);
            Files.move(store.root, temp.resolve("moved"));
            Files.createSymbolicLink(store.root, temp.resolve("moved"));
            store.refusal("m.onnx", ErrorCode.PATH_NOT_ALLOWED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data",
                "http://[::ffff:169.254.169.254]/",
                "http://127.1/m.onnx",
                "http://0.0.0.0/m.onnx",
                "https://localhost./m.onnx",
                "http://2130706433/m.onnx",
                "http://0177.0.0.1/m.onnx",
                "https://metadata.google.internal/m.onnx",
                "ftp://host/m.onnx",
                "jar:file:/x.jar!/m.onnx",
                "gopher://host/m",
                "https://good@evil/m.onnx",
                "file://host/m.onnx",
                "file://localhost/m.onnx",
                "file:%zz",
                "FILE:/etc/passwd",
                "s3://good@evil/m.onnx",
                "s3://bucket/../m.onnx",
                "s3://bucket//m.onnx",
                "s3://b/m.onnx",
                "s3:/bucket/m.onnx",
                "s3://BUCKET/m.onnx",
                "upload://../x",
                "upload:x",
                "data:,x",
                "model://iris/1"
            })
    void otherUrlsAreRefusedByTheirText(String uri) {
        try (var store = new StoreFixture(temp)) {
            store.refusal(uri, ErrorCode.URL_NOT_ALLOWED);
        }
    }

    @Test
    void aBucketIsNotAllowedUntilItIsARoot() {
        try (var store = new StoreFixture(temp)) {
            store.refusal("s3://models/m.onnx", ErrorCode.PATH_NOT_ALLOWED);
        }
    }
}
