package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelSource;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

class UploadsTest {
    private static final String BINARY = "application/octet-stream";
    private static final byte[] MODEL = "a model".getBytes(UTF_8);

    @TempDir Path temp;

    @Test
    void anUploadCanBeFetchedByItsUri() {
        try (var store = new StoreFixture(temp)) {
            var upload = store.uploads.save(new ByteArrayInputStream(MODEL), BINARY);
            assertThat(upload.uri()).isEqualTo("upload://" + upload.id());
            assertThat(upload.id()).matches("[0-9a-f]{32}");
            assertThat(upload.sha256()).isEqualTo(StoreFixture.sha256(MODEL));
            assertThat(upload.bytes()).isEqualTo(MODEL.length);
            var source = new ModelSource(upload.uri(), upload.sha256(), null);
            try (var staged = store.fetch(source)) {
                assertThat(staged.artifact().modelFile()).isEqualTo("model.onnx");
                assertThat(staged.artifact().modelPath()).hasBinaryContent(MODEL);
            }
        }
    }

    @Test
    void aZipIsUnpackedUnlessItsFormatIsGiven() {
        var zip = new ZipForge().add("1/model.onnx", "model").bytes();
        try (var store = new StoreFixture(temp)) {
            for (var type : new String[] {BINARY, "application/zip", "Application/ZIP; x=y"}) {
                var upload = store.uploads.save(new ByteArrayInputStream(zip), type);
                try (var staged = store.fetch(upload.uri())) {
                    assertThat(staged.artifact().modelFile()).isEqualTo("1/model.onnx");
                }
            }
            var pytorch = store.uploads.save(new ByteArrayInputStream(zip), BINARY);
            try (var staged =
                    store.fetch(new ModelSource(pytorch.uri(), null, ModelFormat.PYTORCH))) {
                assertThat(staged.artifact().modelPath()).hasBinaryContent(zip);
            }
        }
    }

    @Test
    void anUnknownUploadIsSaidToBeGone() {
        try (var store = new StoreFixture(temp)) {
            store.refusal("upload://" + "0".repeat(32), ErrorCode.SOURCE_UNAVAILABLE);
        }
    }

    @Test
    void whatCannotBeTakenLeavesNothingBehind() {
        var uploads = new Uploads(temp.resolve("uploads"), 1000);
        refused(ErrorCode.MODEL_TOO_LARGE, () -> uploads.save(endless(), BINARY));
        refused(ErrorCode.MODEL_INVALID, () -> uploads.save(InputStream.nullInputStream(), BINARY));
        refused(
                ErrorCode.ARCHIVE_UNSAFE,
                () -> uploads.save(new ByteArrayInputStream(MODEL), "application/zip"));
        refused(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                () -> uploads.save(new ByteArrayInputStream(MODEL), "multipart/form-data"));
        refused(ErrorCode.CANCELLED, () -> uploads.save(brokenOff(), BINARY));
        assertThat(temp.resolve("uploads")).isEmptyDirectory();
        uploads.save(new ByteArrayInputStream(new byte[1000]), BINARY);
    }

    @Test
    void oldUploadsArePurged() throws IOException {
        var folder = temp.resolve("uploads");
        var uploads = new Uploads(folder, 1000);
        var old = uploads.save(new ByteArrayInputStream(MODEL), BINARY);
        var young = uploads.save(new ByteArrayInputStream(MODEL), BINARY);
        var crashed = Files.writeString(folder.resolve("crashed.part"), "half");
        var twoDaysAgo = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        Files.setLastModifiedTime(folder.resolve(old.id() + ".bin"), twoDaysAgo);
        Files.setLastModifiedTime(crashed, twoDaysAgo);
        assertThat(uploads.purgeOlderThan(Duration.ofDays(1))).isEqualTo(2);
        assertThat(folder)
                .isDirectoryContaining(file -> file.toString().endsWith(young.id() + ".bin"))
                .isDirectoryNotContaining("glob:**.part");
        assertThat(uploads.find(old.id())).isEmpty();
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static InputStream endless() {
        return new InputStream() {
            @Override
            public int read() {
                return 1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                return length;
            }
        };
    }

    private static InputStream brokenOff() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return read();
            }
        };
    }
}
