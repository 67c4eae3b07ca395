package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelSource;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

class ArchiveTest {
    @TempDir Path temp;

    @Test
    void anHonestArchiveIsUnpacked() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("iris/"));
            zip.putNextEntry(new ZipEntry("iris/1/model.onnx"));
            zip.write("model".getBytes(UTF_8));
            zip.putNextEntry(new ZipEntry("iris/1/weights.bin"));
            zip.write(new byte[100_000]);
            zip.putNextEntry(new ZipEntry("iris/empty.txt"));
            zip.putNextEntry(new ZipEntry("__MACOSX/iris/1/._model.onnx"));
            zip.write(1);
            zip.setComment("a comment");
        }
        try (var store = new StoreFixture(temp)) {
            store.write("iris.zip", bytes.toByteArray());
            var sha256 = StoreFixture.sha256(bytes.toByteArray());
            try (var staged = store.fetch(new ModelSource("iris.zip", sha256, null))) {
                var artifact = staged.artifact();
                assertThat(artifact.modelFile()).isEqualTo("iris/1/model.onnx");
                assertThat(artifact.modelPath()).hasContent("model");
                assertThat(artifact.sizeBytes()).isEqualTo(100_005);
                assertThat(artifact.folder().resolve("iris/1/weights.bin")).hasSize(100_000);
                assertThat(artifact.folder().resolve("__MACOSX")).doesNotExist();
            }
            store.refusal(
                    new ModelSource("iris.zip", "0".repeat(64), null), ErrorCode.DIGEST_MISMATCH);
        }
    }

    @Test
    void whatTheZipProgramWritesIsUnderstood() throws Exception {
        try (var store = new StoreFixture(temp)) {
            store.write("src/1/model.onnx", "model ".repeat(1000));
            store.write("src/config.pbtxt", "x");
            for (var arguments :
                    new String[] {"zip -q -r ../a.zip .", "zip -q -r - . > ../a.zip"}) {
                var run =
                        new ProcessBuilder("sh", "-c", "rm -f ../a.zip; " + arguments)
                                .directory(store.root.resolve("src").toFile())
                                .start();
                assumeTrue(run.waitFor() == 0, "no zip program");
                try (var staged = store.fetch("a.zip")) {
                    assertThat(staged.artifact().modelPath()).hasContent("model ".repeat(1000));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil.onnx",
                "a/../../evil.onnx",
                "a/./b.onnx",
                "/evil.onnx",
                "C:/evil.onnx",
                "C:evil.onnx",
                "..\\evil.onnx",
                "a\\b.onnx",
                "\\\\host\\evil.onnx",
                "a//b.onnx",
                "a\0.onnx",
                "e\u0301.onnx",
                "é.onnx",
                "con.onnx",
                "a/NUL",
                "trailing./x",
                "trailing /x",
                "..",
                "../",
                ".hidden/../x",
                "__MACOSX/../../x",
                "line\nfeed",
                ""
            })
    void namesThatLeadElsewhereAreUnsafe(String name) {
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add(name, "x"));
        assertThat(temp.resolve("evil.onnx")).doesNotExist();
        assertThat(temp.resolve("repository/evil.onnx")).doesNotExist();
    }

    @Test
    void deepAndLongNamesAreUnsafe() {
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add("a/".repeat(40) + "x", "x"));
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add("a".repeat(10_000), "x"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0120777, 0020666, 0060666, 0010666, 0140777, 0040755})
    void onlyRegularFilesAreUnpacked(int mode) {
        var entry = new ZipForge.Entry("weights.bin", "/etc/passwd");
        entry.mode = mode;
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add(entry));
    }

    @Test
    void aLinkThatIsWrittenThroughIsUnsafe() {
        var link = new ZipForge.Entry("link", "/tmp");
        link.mode = 0120777;
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add(link).add("link/x", "x"));
    }

    @Test
    void clashingNamesAreUnsafe() {
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add("model.onnx", "other"));
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add("MODEL.onnx", "other"));
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add("a/x", "1").add("A/y", "2"));
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add("model.onnx/x", "1"));
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add("model.onnx/", ""));
    }

    @Test
    void encryptionAndRareMethodsAreRefused() {
        var encrypted = new ZipForge.Entry("secret.bin", "x");
        encrypted.flags = 1;
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add(encrypted));
        var lzma = new ZipForge.Entry("lzma.bin", "x");
        lzma.method = 14;
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add(lzma));
    }

    @Test
    void headersMustAgree() {
        var renamed = new ZipForge.Entry("good.bin", "x");
        renamed.localName = "evil.bin";
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add(renamed));
        var damaged = new ZipForge.Entry("damaged.bin", "x");
        damaged.crc ^= 1;
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.add(damaged));
        refused(ErrorCode.ARCHIVE_UNSAFE, forge -> forge.count = 7);
    }

    @Test
    void sizesThatLieAreFoundOutWhileInflating() {
        for (long lie : new long[] {0, 10, 999_999, 1_000_001, 3_000_000}) {
            var entry = new ZipForge.Entry("lie.bin", noise(1_000_000));
            entry.size = lie;
            refused(ErrorCode.ARCHIVE_LIMIT, forge -> forge.add(entry));
        }
    }

    @Test
    void bombsAreRefused() {
        var zeros = new ZipForge.Entry("zeros.bin", new byte[2_000_000]);
        assertThat(refused(ErrorCode.ARCHIVE_LIMIT, forge -> forge.add(zeros)))
                .hasMessageContaining("more than 100 times");
        refused(ErrorCode.ARCHIVE_LIMIT, forge -> forge.add("inner.zip", "PK"));
        refused(
                ErrorCode.ARCHIVE_LIMIT,
                forge -> {
                    for (int i = 0; i <= StoreLimits.MAX_FILES; i++) {
                        forge.add("f" + i, "");
                    }
                });
    }

    @Test
    void overlappingEntriesAreRefused() {
        refused(
                ErrorCode.ARCHIVE_LIMIT,
                forge -> {
                    for (int i = 0; i < 3; i++) {
                        var entry = new ZipForge.Entry("kernel.bin", "shared");
                        entry.sharesWith = i == 0 ? -1 : 1;
                        forge.add(entry);
                    }
                });
    }

    @Test
    void whatUnpacksToMoreThanTheLimitIsTooLarge() {
        refused(
                ErrorCode.MODEL_TOO_LARGE,
                forge -> {
                    for (int i = 0; i < 5; i++) {
                        var half = new byte[900_000];
                        System.arraycopy(noise(100_000), 0, half, 0, 100_000);
                        forge.add(new ZipForge.Entry("w" + i, half));
                    }
                });
    }

    @Test
    void whatIsNoWholeZipIsRefused() {
        var whole = new ZipForge().add("model.onnx", "model").bytes();
        refusedBytes(ErrorCode.ARCHIVE_UNSAFE, new byte[0]);
        refusedBytes(ErrorCode.ARCHIVE_UNSAFE, noise(100_000));
        for (int length = 0; length < whole.length; length++) {
            refusedBytes(ErrorCode.ARCHIVE_UNSAFE, Arrays.copyOf(whole, length));
        }
        refusedBytes(ErrorCode.ARCHIVE_UNSAFE, Arrays.copyOf(whole, whole.length + 1));
        var behindScript = new ZipForge().add("model.onnx", "model").bytes();
        var shifted = new byte[behindScript.length + 9];
        System.arraycopy(behindScript, 0, shifted, 9, behindScript.length);
        refusedBytes(ErrorCode.ARCHIVE_UNSAFE, shifted);
    }

    /// Whatever bytes are changed, the answer is a model or a refusal, never another failure.
    @Test
    void damageNeverEndsOtherwiseThanInARefusal() {
        var random = new Random(20_261_124);
        var whole =
                new ZipForge()
                        .add("model.onnx", "model".repeat(20))
                        .add("1/weights.bin", "weights")
                        .bytes();
        try (var store = new StoreFixture(temp)) {
            for (int round = 0; round < 500; round++) {
                var damaged = whole.clone();
                for (int i = 0; i <= round % 3; i++) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
                store.write("a.zip", damaged);
                try (var staged = store.fetch("a.zip")) {
                    assertThat(staged.artifact().modelPath()).hasContent("model".repeat(20));
                } catch (ServingException e) {
                    assertThat(e.code())
                            .isIn(
                                    ErrorCode.ARCHIVE_UNSAFE,
                                    ErrorCode.ARCHIVE_LIMIT,
                                    ErrorCode.MODEL_INVALID);
                }
            }
            assertThat(store.repository.staging()).isEmptyDirectory();
        }
    }

    private ServingException refused(ErrorCode code, Consumer<ZipForge> fill) {
        var forge = new ZipForge().add("model.onnx", "model");
        fill.accept(forge);
        return refusedBytes(code, forge.bytes());
    }

    private ServingException refusedBytes(ErrorCode code, byte[] bytes) {
        try (var store = new StoreFixture(temp)) {
            store.write("a.zip", bytes);
            return store.refusal("a.zip", code);
        }
    }

    private static byte[] noise(int length) {
        var bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
