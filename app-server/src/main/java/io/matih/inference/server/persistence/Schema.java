package io.matih.inference.server.persistence;

import io.matih.inference.migrations.MigrationResult;
import io.matih.inference.migrations.Migrations;
import io.matih.inference.migrations.SchemaState;

import javax.sql.DataSource;

/// The schema that the program wants: `Migrations`, or in tests one of another version.
interface Schema {
    Schema SHIPPED =
            new Schema() {
                @Override
                public SchemaState check(DataSource dataSource) {
                    return Migrations.check(dataSource);
                }

                @Override
                public MigrationResult migrate(DataSource dataSource) {
                    return Migrations.migrate(dataSource);
                }
            };

    SchemaState check(DataSource dataSource);

    MigrationResult migrate(DataSource dataSource);
}
