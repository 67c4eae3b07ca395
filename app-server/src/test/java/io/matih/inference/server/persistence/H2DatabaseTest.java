package io.matih.inference.server.persistence;

import static io.matih.inference.engine.deployment.StoreSamples.deployNext;
import static io.matih.inference.engine.deployment.StoreSamples.digest;
import static io.matih.inference.engine.deployment.StoreSamples.undeploy;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.Verdict;
import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The H2 file: who may open it, what else lies beside it, and when the server refuses it.
class H2DatabaseTest {
    @TempDir Path scratch;
    private Path data;
    private Path folder;

    @BeforeEach
    void chooseAFolder() {
        data = scratch.resolve("data");
        folder = data.resolve("database");
    }

    @Test
    void whatIsStoredIsThereAfterARestart() {
        try (var database = open()) {
            deployNext(new JdbiDeploymentStore(database), version("iris", 1, 1));
        }

        try (var database = open()) {
            assertThat(new JdbiDeploymentStore(database).deployments()).hasSize(1);
            assertThat(database.ping()).isTrue();
        }
    }

    @Test
    void onlyTheOwnerMayOpenWhatIsWritten() throws Exception {
        try (var database = open()) {
            deployNext(new JdbiDeploymentStore(database), version("iris", 1, 1));
            assertModes(folder, "rwx------");
            assertFilesAreOwnerOnly();
        }
        assertFilesAreOwnerOnly();
        assertModes(data, "rwx------");
    }

    @Test
    void aFolderOrDatabaseThatOthersMayOpenIsTightened() throws Exception {
        open().close();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));

        open().close();

        assertModes(folder, "rwx------");
        assertModes(file(), "rw-------");
    }

    @Test
    void aPasswordThatOthersMayReadIsRefused() throws Exception {
        open().close();
        Files.setPosixFilePermissions(password(), PosixFilePermissions.fromString("rw-r-----"));

        assertThat(refusal(Reason.WEAK_FILE_MODE)).contains("chmod 600 " + password());
    }

    @Test
    void thePasswordIsRandomAndTheDatabaseTakesNoOther() throws Exception {
        open().close();
        var password = Files.readString(password());
        assertThat(password).matches("[0-9a-f]{64}\n");

        OwnerOnly.write(password(), "0".repeat(64));

        assertThat(refusal(Reason.DATABASE_DAMAGED)).contains("password");
    }

    @Test
    void noTraceFileHoldsStatements() throws Exception {
        try (var database = open()) {
            assertThatExceptionOfType(ServingException.class)
                    .isThrownBy(() -> database.change(handle -> handle.execute("NONSENSE")));
        }

        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("matih.mv.db", "password", "lock");
        }
    }

    @Test
    void aSecondServerInThisProcessIsRefused() {
        try (var database = open()) {
            assertThat(refusal(Reason.STORE_LOCKED)).contains(folder.toString());
            assertThat(database.ping()).isTrue();
        }
        open().close();
    }

    @Test
    void aSecondServerInAnotherProcessIsRefused() throws Exception {
        var other = CommitLoop.start(data, scratch);
        try (var output = other.inputReader(StandardCharsets.UTF_8)) {
            assertThat(CommitLoop.next(output)).isNotNull();

            assertThat(refusal(Reason.STORE_LOCKED)).contains(folder.toString());

            assertThat(CommitLoop.next(output)).isNotNull();
        } finally {
            other.destroyForcibly().waitFor();
        }
        open().close();
    }

    @Test
    void evenWithoutOurLockH2RefusesASecondProcess() throws Exception {
        var other = CommitLoop.start(data, scratch);
        try (var output = other.inputReader(StandardCharsets.UTF_8)) {
            assertThat(CommitLoop.next(output)).isNotNull();
            Files.delete(folder.resolve("lock"));

            refusal(Reason.STORE_LOCKED);
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void anInterruptedThreadDoesNotCloseTheDatabaseForOthers() {
        try (var database = open()) {
            var store = new JdbiDeploymentStore(database);
            Thread.currentThread().interrupt();
            try {
                deployNext(store, version("iris", 1, 1));
            } catch (ServingException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED);
            }
            assertThat(Thread.interrupted()).isTrue();

            deployNext(store, version("wine", 1, 1));
            assertThat(database.ping()).isTrue();
        }
    }

    @Test
    void aFileThatHasGrownIsWrittenAnewAtTheNextStart() throws Exception {
        var runtime = "onnxruntime 1.28.0";
        try (var database = open()) {
            var verdicts = new JdbiVerdictStore(database);
            for (int i = 0; i < 40; i++) {
                var message = Integer.toString(i).repeat(1 << 20);
                verdicts.save(
                        digest(1),
                        runtime,
                        new Verdict.Refused(ErrorCode.MODEL_INVALID, message, List.of()));
            }
            deployNext(new JdbiDeploymentStore(database), version("iris", 1, 1));
        }
        assertThat(Files.size(file())).isGreaterThan(32L << 20);

        try (var database = open()) {
            assertThat(Files.size(file())).isLessThan(8L << 20);
            assertThat(new JdbiVerdictStore(database).find(digest(1), runtime)).isPresent();
            assertThat(new JdbiDeploymentStore(database).deployments()).hasSize(1);
            assertFilesAreOwnerOnly();
        }
    }

    @Test
    void aFirstStartThatWasCutShortIsBegunAnew() throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("password.new"), "cut sho");
        Files.writeString(file(), "cut short too");

        try (var database = open()) {
            assertThat(new JdbiDeploymentStore(database).deployments()).isEmpty();
        }
    }

    @Test
    void aFolderNameThatWouldBeASettingIsRefused() {
        data = scratch.resolve("data;INIT=RUNSCRIPT FROM 'x'");

        refusal(Reason.FOLDER_UNUSABLE);
    }

    @Test
    void aFolderThatIsAFileIsRefused() throws Exception {
        Files.writeString(data, "not a folder");

        refusal(Reason.FOLDER_UNUSABLE);
    }

    @Test
    void aClosedDatabaseFailsByCodeAndWithoutSql() {
        var database = open();
        database.close();
        var store = new JdbiDeploymentStore(database);

        var failure =
                catchThrowableOfType(
                        ServingException.class, () -> store.undeployed(undeploy("iris", 1)));

        assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FAILED);
        assertThat(failure.getMessage()).doesNotContainIgnoringCase("delete").doesNotContain("/");
        assertThat(database.ping()).isFalse();
    }

    private Database open() {
        return Database.open(new DatabaseSettings(data));
    }

    private Path file() {
        return folder.resolve("matih.mv.db");
    }

    private Path password() {
        return folder.resolve("password");
    }

    private String refusal(Reason reason) {
        return Refusals.of(reason, this::open);
    }

    private void assertFilesAreOwnerOnly() throws Exception {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                assertModes(file, "rw-------");
            }
        }
    }

    private static void assertModes(Path path, String modes) throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .as("modes of %s", path)
                .isEqualTo(modes);
    }
}
