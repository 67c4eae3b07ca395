package io.matih.inference.engine.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

class FolderModelRepositoryTest {
    @TempDir Path temp;

    @Test
    void anAdmittedModelIsFoundAfterARestart() {
        try (var store = new StoreFixture(temp)) {
            var admitted = admit(store, "iris/1/model.onnx", "iris/1/w.bin");
            var reopened = new FolderModelRepository(temp.resolve("repository"));
            reopened.sweep(Set.of(admitted.digest()));
            assertThat(reopened.find(admitted.digest())).contains(admitted);
            assertThat(admitted.modelFile()).isEqualTo("1/model.onnx");
            assertThat(admitted.modelPath()).hasContent("content of iris/1/model.onnx");
            assertThat(admitted.folder()).isAbsolute();
            assertThat(store.repository.staging()).isEmptyDirectory();
        }
    }

    private static ModelArtifact admit(StoreFixture store, String... names) {
        for (var name : names) {
            store.write(name, "content of " + name);
        }
        try (var staged = store.fetch(names[0].split("/", 2)[0])) {
            return store.repository.admit(staged);
        }
    }

    @Test
    void theListingIsWhatSha256sumUnderstands() throws Exception {
        try (var store = new StoreFixture(temp)) {
            var admitted = admit(store, "iris/1/model.onnx", "iris/1/w.bin");
            var check =
                    new ProcessBuilder("sha256sum", "--check", "--strict", "../SHA256SUMS")
                            .directory(admitted.folder().toFile())
                            .start();
            assertThat(check.waitFor()).isZero();
        }
    }

    @Test
    void admittingTwiceChangesNothing() {
        try (var store = new StoreFixture(temp)) {
            var first = admit(store, "m.onnx");
            assertThat(admit(store, "m.onnx")).isEqualTo(first);
            assertThat(store.repository.staging()).isEmptyDirectory();
        }
    }

    @Test
    void manyAtOnceAgree() throws Exception {
        try (var store = new StoreFixture(temp);
                var threads = Executors.newFixedThreadPool(8)) {
            store.write("m.onnx", "model");
            var start = new CountDownLatch(1);
            Callable<ModelArtifact> admit =
                    () -> {
                        try (var staged = store.fetch("m.onnx")) {
                            start.await();
                            return store.repository.admit(staged);
                        }
                    };
            var results = IntStream.range(0, 8).mapToObj(_ -> threads.submit(admit)).toList();
            start.countDown();
            for (var result : results) {
                assertThat(result.get()).isEqualTo(results.getFirst().get());
            }
            assertThat(store.repository.staging()).isEmptyDirectory();
        }
    }

    @Test
    void whatIsNotKeptIsSweptWithAllOfStaging() throws IOException {
        try (var store = new StoreFixture(temp)) {
            var kept = admit(store, "kept.onnx");
            var dropped = admit(store, "dropped.onnx");
            var staged = store.fetch("kept.onnx");
            store.repository.sweep(Set.of(kept.digest()));
            assertThat(store.repository.find(kept.digest())).isPresent();
            assertThat(store.repository.find(dropped.digest())).isEmpty();
            assertThat(dropped.folder()).doesNotExist();
            assertThat(store.repository.staging()).isEmptyDirectory();
            staged.close();
        }
    }

    @Test
    void aDeletedModelIsGoneAndMayComeBack() {
        try (var store = new StoreFixture(temp)) {
            var artifact = admit(store, "m.onnx");
            store.repository.delete(artifact.digest());
            store.repository.delete(artifact.digest());
            assertThat(store.repository.find(artifact.digest())).isEmpty();
            assertThat(admit(store, "m.onnx")).isEqualTo(artifact);
        }
    }

    /// Each state in which a crash can leave the folders: after it, the artifact is whole or
    /// absent, a sweep removes the rest, and the same model can be admitted.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void aCrashLeavesAllOrNothing(int step) throws IOException {
        try (var store = new StoreFixture(temp)) {
            store.write("m.onnx", "content of m.onnx");
            var digest = StoreFixture.sha256("content of m.onnx".getBytes(UTF_8));
            var folder = temp.resolve("repository");
            var arriving = folder.resolve("staging/arriving");
            var files = arriving.resolve("files");
            Files.createDirectories(files);
            if (step == 1) {
                Files.writeString(files.resolve("m.onnx"), "content"); // half copied
            } else {
                Files.writeString(files.resolve("m.onnx"), "content of m.onnx");
            }
            if (step >= 3) {
                var sums = "# onnx m.onnx\n%s  m.onnx\n".formatted(digest);
                Files.writeString(
                        arriving.resolve("SHA256SUMS"), step == 3 ? sums.substring(0, 30) : sums);
            }
            if (step >= 5) {
                Files.move(arriving, folder.resolve(digest)); // published
            }
            if (step == 6) { // and on its way out again
                Files.move(folder.resolve(digest), folder.resolve("staging/leaving"));
                Files.delete(folder.resolve("staging/leaving/SHA256SUMS"));
            }

            var reopened = new FolderModelRepository(folder);
            assertThat(reopened.find(digest).isPresent()).isEqualTo(step == 5);
            reopened.sweep(Set.of(digest));
            assertThat(reopened.find(digest).isPresent()).isEqualTo(step == 5);
            assertThat(reopened.staging()).isEmptyDirectory();
            assertThat(admit(store, "m.onnx").modelPath()).hasContent("content of m.onnx");
        }
    }

    @Test
    void anArtifactThatLostAFileIsReplacedByTheNextAdmit() throws IOException {
        try (var store = new StoreFixture(temp)) {
            var artifact = admit(store, "m.onnx");
            Files.delete(artifact.modelPath());
            assertThat(store.repository.find(artifact.digest())).isEmpty();
            assertThat(admit(store, "m.onnx").modelPath()).hasContent("content of m.onnx");
        }
    }

    @Test
    void stagedFilesThatChangedAreNotAdmitted() throws IOException {
        try (var store = new StoreFixture(temp)) {
            store.write("m.onnx", "model");
            try (var staged = store.fetch("m.onnx")) {
                Files.writeString(staged.artifact().modelPath(), "other");
                refused(ErrorCode.DIGEST_MISMATCH, () -> store.repository.admit(staged));
            }
            assertThat(store.repository.staging()).isEmptyDirectory();
            assertThat(store.repository.find(StoreFixture.sha256("model".getBytes(UTF_8))))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "staging", "../../etc", "ABC"})
    void onlyDigestsNameArtifacts(String digest) {
        var repository = new FolderModelRepository(temp.resolve("repository"));
        refused(ErrorCode.INVALID_PARAMETER, () -> repository.find(digest));
        refused(ErrorCode.INVALID_PARAMETER, () -> repository.delete(digest));
    }

    private static void refused(ErrorCode code, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
