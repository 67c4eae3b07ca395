package io.matih.inference.server.persistence;

import io.matih.inference.migrations.MigrationResult;
import io.matih.inference.migrations.SchemaState;
import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import javax.sql.DataSource;

/// Brings the schema to what the program knows, or refuses to start.
final class SchemaStart {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaStart.class);

    private final Schema schema;
    private final String rescue;

    /// @param rescue what to do where the database is of no use, as half a sentence
    SchemaStart(Schema schema, String rescue) {
        this.schema = schema;
        this.rescue = rescue;
    }

    SchemaState check(DataSource dataSource) {
        var state = schema.check(dataSource);
        return switch (state) {
            case SchemaState.Newer(var found, var known) -> throw newer(found, known);
            case SchemaState.Broken(var reason) -> throw broken(reason);
            case SchemaState.Absent _, SchemaState.Current _, SchemaState.Older _ -> state;
        };
    }

    void migrate(DataSource dataSource) {
        switch (schema.migrate(dataSource)) {
            case MigrationResult.Migrated(var from, var to) ->
                    LOG.info(
                            "database schema: {}",
                            from == null ? "made version " + to : from + " migrated to " + to);
            case MigrationResult.Newer(var found, var known) -> throw newer(found, known);
            case MigrationResult.Failed(var reason) -> throw broken(reason);
            case MigrationResult.UpToDate _ -> {}
        }
    }

    private DatabaseStartException newer(String found, String known) {
        return new DatabaseStartException(
                Reason.SCHEMA_NEWER,
                "the database's schema has version %s and this program knows %s only; start the newer program, or %s"
                        .formatted(found, known, rescue));
    }

    private DatabaseStartException broken(String reason) {
        return new DatabaseStartException(Reason.SCHEMA_BROKEN, reason + "; " + rescue);
    }
}
