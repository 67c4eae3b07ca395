package io.matih.inference.migrations;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;

import javax.sql.DataSource;

/// Brings a database to the newest schema by the scripts beside this class.
public final class Migrations {
    static final String SCRIPTS = "classpath:io/matih/inference/migrations";
    static final String HISTORY = "schema_history";

    private final Flyway flyway;

    Migrations(DataSource dataSource, String... scripts) {
        this(dataSource, MigrationVersion.LATEST, scripts);
    }

    /// @param target the last script that counts
    Migrations(DataSource dataSource, MigrationVersion target, String... scripts) {
        flyway =
                Flyway.configure(Migrations.class.getClassLoader())
                        .dataSource(dataSource)
                        .locations(scripts)
                        .target(target)
                        .failOnMissingLocations(true)
                        .validateMigrationNaming(true)
                        .table(HISTORY)
                        .cleanDisabled(true)
                        .load();
    }

    /// Looks without changing anything.
    public static SchemaState check(DataSource dataSource) {
        return new Migrations(dataSource, SCRIPTS).check();
    }

    /// Runs the scripts that the database has not seen. Where they cannot run, it stays as it is
    /// and the result says why.
    public static MigrationResult migrate(DataSource dataSource) {
        return new Migrations(dataSource, SCRIPTS).migrate();
    }

    SchemaState check() {
        var info = flyway.info();
        var known = newest(info, MigrationState::isResolved).orElseThrow();
        var found = newest(info, MigrationState::isApplied);
        var failed = newest(info, MigrationState::isFailed);
        if (failed.isPresent()) {
            return new SchemaState.Broken(
                    "the migration of the schema to version %s stopped half-way"
                            .formatted(failed.get()));
        }
        if (found.isEmpty()) {
            return new SchemaState.Absent(known.toString());
        }
        int order = found.get().compareTo(known);
        if (order > 0) {
            return new SchemaState.Newer(found.get().toString(), known.toString());
        }
        if (order < 0) {
            return new SchemaState.Older(found.get().toString(), known.toString());
        }
        return edited(info)
                .<SchemaState>map(SchemaState.Broken::new)
                .orElseGet(() -> new SchemaState.Current(known.toString()));
    }

    MigrationResult migrate() {
        return switch (check()) {
            case SchemaState.Current(var version) -> new MigrationResult.UpToDate(version);
            case SchemaState.Newer(var found, var known) -> new MigrationResult.Newer(found, known);
            case SchemaState.Broken(var reason) -> new MigrationResult.Failed(reason);
            case SchemaState.Absent _, SchemaState.Older _ -> run();
        };
    }

    private MigrationResult run() {
        try {
            var result = flyway.migrate();
            if (result.targetSchemaVersion == null) {
                // Another server on the same database was faster.
                return migrate();
            }
            return new MigrationResult.Migrated(
                    result.initialSchemaVersion, result.targetSchemaVersion);
        } catch (FlywayException e) {
            return new MigrationResult.Failed("the schema could not be migrated: " + firstLine(e));
        }
    }

    private static Optional<MigrationVersion> newest(
            MigrationInfoService info, Predicate<MigrationState> in) {
        return Arrays.stream(info.all())
                .filter(migration -> migration.isVersioned() && in.test(migration.getState()))
                .map(MigrationInfo::getVersion)
                .max(Comparator.naturalOrder());
    }

    private static Optional<String> edited(MigrationInfoService info) {
        return Arrays.stream(info.applied())
                .filter(migration -> migration.isVersioned() && !migration.isChecksumMatching())
                .map(MigrationInfo::getVersion)
                .findFirst()
                .map(
                        "the schema was made by another script than this program's version %s"
                                ::formatted);
    }

    private static String firstLine(FlywayException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        var message = cause.getMessage();
        return message == null
                ? "no reason is given"
                : message.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
    }
}
