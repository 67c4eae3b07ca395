package io.matih.inference.server.persistence;

import static io.matih.inference.engine.deployment.StoreSamples.deployNext;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.migrations.MigrationResult;
import io.matih.inference.migrations.SchemaState;
import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.zip.ZipFile;

import javax.sql.DataSource;

/// Starts on a database whose schema is older, newer or half-way.
class SchemaStartTest {
    private static final MigrationResult MIGRATED = new MigrationResult.Migrated("001", "003");
    private static final MigrationResult FAILED = new MigrationResult.Failed("it stopped half-way");

    @TempDir Path data;

    @BeforeEach
    void makeADatabase() {
        try (var database = open(Schema.SHIPPED)) {
            deployNext(new JdbiDeploymentStore(database), version("iris", 1, 1));
        }
    }

    @Test
    void anExistingDatabaseOfTheRightVersionIsNotBackedUp() {
        assertThat(data.resolve("backups")).doesNotExist();
    }

    @Test
    void anOlderDatabaseIsBackedUpBeforeItIsMigrated() throws Exception {
        open(new Next(Next.DUE, MIGRATED)).close();

        var backup = onlyBackup();
        assertThat(backup.getFileName().toString()).matches("matih-schema-001-\\d{8}T.*Z\\.zip");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void aBackupPutBackIsTheDatabaseBeforeTheMigration() throws Exception {
        open(new Next(Next.DUE, MIGRATED)).close();

        try (var zip = new ZipFile(onlyBackup().toFile());
                var content = zip.getInputStream(zip.getEntry("matih.mv.db"))) {
            var file = data.resolve("database").resolve("matih.mv.db");
            Files.delete(file);
            Files.copy(content, file);
        }

        try (var database = open(Schema.SHIPPED)) {
            assertThat(new JdbiDeploymentStore(database).deployments()).hasSize(1);
        }
    }

    @Test
    void aMigrationThatFailsIsRefusedAndNamesTheBackups() throws Exception {
        var message = Refusals.of(Reason.SCHEMA_BROKEN, () -> open(new Next(Next.DUE, FAILED)));

        assertThat(message)
                .contains("it stopped half-way")
                .contains(data.resolve("backups").toString());
        assertThat(onlyBackup()).isNotEmptyFile();
    }

    @Test
    void aNewerDatabaseIsRefusedAndLeftAlone() {
        change(
                """
                INSERT INTO "schema_history" (
                    "installed_rank", "version", "description", "type", "script", "checksum",
                    "installed_by", "execution_time", "success")
                VALUES (99, '999', 'later', 'SQL', 'V999__later.sql', 1, 'matih', 1, TRUE)
                """);

        var message = Refusals.of(Reason.SCHEMA_NEWER, () -> open(Schema.SHIPPED));

        assertThat(message).contains("999", "003", data.resolve("backups").toString());
        change("DELETE FROM \"schema_history\" WHERE \"version\" = '999'");
        try (var database = open(Schema.SHIPPED)) {
            assertThat(new JdbiDeploymentStore(database).deployments()).hasSize(1);
        }
    }

    @Test
    void aHalfDoneMigrationIsRefused() {
        change("UPDATE \"schema_history\" SET \"success\" = FALSE WHERE \"version\" = '001'");

        assertThat(Refusals.of(Reason.SCHEMA_BROKEN, () -> open(Schema.SHIPPED)))
                .contains("001", data.resolve("backups").toString());
    }

    @Test
    void everyRefusalTellsTheProgramHowToExit() {
        assertThat(List.of(Reason.values()))
                .filteredOn(reason -> reason.exitCode() == 69)
                .containsExactly(Reason.STORE_LOCKED, Reason.DATABASE_UNAVAILABLE);
        assertThat(List.of(Reason.values()))
                .filteredOn(reason -> reason.exitCode() != 69)
                .allMatch(reason -> reason.exitCode() == 78);
    }

    private Database open(Schema schema) {
        return Database.open(new DatabaseSettings(data), schema);
    }

    /// Changes the database behind the back of the program that knows version 001.
    private void change(String sql) {
        var lenient = new Next(new SchemaState.Current("any"), new MigrationResult.UpToDate("any"));
        try (var database = open(lenient)) {
            database.change(handle -> handle.execute(sql));
        }
    }

    private Path onlyBackup() throws IOException {
        try (var backups = Files.list(data.resolve("backups"))) {
            var files = backups.toList();
            assertThat(files).hasSize(1);
            return files.getFirst();
        }
    }

    /// The schema of a program that comes after this one.
    private record Next(SchemaState state, MigrationResult result) implements Schema {
        static final SchemaState DUE = new SchemaState.Older("001", "003");

        @Override
        public SchemaState check(DataSource dataSource) {
            return state;
        }

        @Override
        public MigrationResult migrate(DataSource dataSource) {
            if (state.equals(DUE)) {
                Jdbi.create(dataSource).useHandle(handle -> handle.execute("DROP ALL OBJECTS"));
            }
            return result;
        }
    }
}
