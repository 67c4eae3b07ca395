package io.matih.inference.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import org.flywaydb.core.api.MigrationVersion;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

class MigrationsTest {
    private static final String LATEST = "003";
    private static final String NEXT = "900";

    @TempDir Path folder;
    private JdbcDataSource dataSource;

    @BeforeEach
    void useAnEmptyDatabase() {
        dataSource = new JdbcDataSource();
        dataSource.setUrl("jdbc:h2:file:" + folder.resolve("db"));
        dataSource.setUser("matih");
    }

    @Test
    void anEmptyDatabaseGetsTheWholeSchema() throws SQLException {
        assertThat(Migrations.check(dataSource)).isEqualTo(new SchemaState.Absent(LATEST));

        assertThat(Migrations.migrate(dataSource))
                .isEqualTo(new MigrationResult.Migrated(null, LATEST));

        assertThat(tables())
                .contains(
                        "MODEL_VERSIONS",
                        "MODEL_LABELS",
                        "ARTIFACT_VERDICTS",
                        "DEPLOYMENTS",
                        "DEPLOYMENT_REVISIONS");
    }

    @Test
    void aLookChangesNothing() throws SQLException {
        Migrations.check(dataSource);

        assertThat(tables()).isEmpty();
    }

    @Test
    void aSecondMigrationFindsNothingToDo() {
        Migrations.migrate(dataSource);

        assertThat(Migrations.check(dataSource)).isEqualTo(new SchemaState.Current(LATEST));
        assertThat(Migrations.migrate(dataSource)).isEqualTo(new MigrationResult.UpToDate(LATEST));
    }

    @Test
    void anOlderDatabaseIsBroughtForward() throws Exception {
        Migrations.migrate(dataSource);
        script("V900__more.sql", "CREATE TABLE more (id INTEGER NOT NULL)");
        var newer = new Migrations(dataSource, Migrations.SCRIPTS, "filesystem:" + folder);

        assertThat(newer.check()).isEqualTo(new SchemaState.Older(LATEST, NEXT));
        assertThat(newer.migrate()).isEqualTo(new MigrationResult.Migrated(LATEST, NEXT));
        assertThat(tables()).contains("MORE");
    }

    @Test
    void whatWasDeployedBeforeVariantsIsAStableVariant() throws SQLException {
        new Migrations(dataSource, MigrationVersion.fromVersion("001"), Migrations.SCRIPTS)
                .migrate();
        execute(
                """
                INSERT INTO model_versions VALUES ('iris', 3, 'd3', 1, 'file:i', '{}', NOW());
                INSERT INTO deployment_revisions VALUES ('iris', 7, 'DEPLOY', 3, 'd3', 'a', NOW());
                INSERT INTO deployments
                VALUES ('iris', 3, 'onnxruntime', '{"c":1}', '{"f":[]}', TRUE, 7, NOW());
                """);

        Migrations.migrate(dataSource);

        assertThat(
                        strings(
                                """
                                SELECT deployment_name || version || place || role || weight
                                    || backend || config_json || features_json || pinned
                                FROM deployment_variants
                                """))
                .containsExactly("iris30STABLE100onnxruntime{\"c\":1}{\"f\":[]}TRUE");
        assertThat(strings("SELECT variants_json FROM deployment_revisions")).containsExactly("[]");
        assertThat(strings("SELECT CAST(revision AS VARCHAR) FROM deployments"))
                .containsExactly("7");
    }

    @Test
    void aNewerDatabaseIsLeftAlone() throws Exception {
        script("V900__more.sql", "CREATE TABLE more (id INTEGER NOT NULL)");
        new Migrations(dataSource, Migrations.SCRIPTS, "filesystem:" + folder).migrate();
        var before = dump();

        assertThat(Migrations.check(dataSource)).isEqualTo(new SchemaState.Newer(NEXT, LATEST));
        assertThat(Migrations.migrate(dataSource))
                .isEqualTo(new MigrationResult.Newer(NEXT, LATEST));
        assertThat(dump()).isEqualTo(before);
    }

    @Test
    void aMigrationThatStopsHalfWayIsReportedThenAndLater() throws Exception {
        Migrations.migrate(dataSource);
        script(
                "V900__more.sql",
                "CREATE TABLE more (id INTEGER NOT NULL); CREATE TABLE more (id INTEGER)");
        var newer = new Migrations(dataSource, Migrations.SCRIPTS, "filesystem:" + folder);

        assertThat(newer.migrate()).isInstanceOf(MigrationResult.Failed.class);
        assertThat(newer.check()).isInstanceOf(SchemaState.Broken.class);
        assertThat(newer.migrate())
                .isEqualTo(
                        new MigrationResult.Failed(
                                "the migration of the schema to version "
                                        + NEXT
                                        + " stopped half-way"));
        assertThat(Migrations.check(dataSource)).isInstanceOf(SchemaState.Broken.class);
    }

    @Test
    void aScriptThatWasEditedAfterwardsIsReported() throws Exception {
        Migrations.migrate(dataSource);
        execute("UPDATE \"schema_history\" SET \"checksum\" = 1 WHERE \"version\" = '001'");

        assertThat(Migrations.check(dataSource)).isInstanceOf(SchemaState.Broken.class);
    }

    @Test
    void aDatabaseOfAnotherProgramIsLeftAlone() throws Exception {
        execute("CREATE TABLE somebody_elses (id INTEGER NOT NULL)");
        var before = dump();

        assertThat(Migrations.migrate(dataSource)).isInstanceOf(MigrationResult.Failed.class);
        assertThat(dump()).isEqualTo(before);
    }

    private void script(String name, String sql) throws Exception {
        Files.writeString(folder.resolve(name), sql);
    }

    private void execute(String sql) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> tables() throws SQLException {
        return strings(
                """
                SELECT table_name FROM information_schema.tables WHERE table_schema = 'PUBLIC'
                """);
    }

    private List<String> dump() throws SQLException {
        return strings("SCRIPT");
    }

    private List<String> strings(String sql) throws SQLException {
        var strings = new ArrayList<String>();
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                strings.add(rows.getString(1));
            }
        }
        return strings;
    }
}
