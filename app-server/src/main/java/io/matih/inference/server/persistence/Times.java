package io.matih.inference.server.persistence;

import org.jdbi.v3.core.statement.SqlStatement;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/// Instants in `TIMESTAMP(6) WITH TIME ZONE` columns: in UTC, whatever the machine's zone, and cut
/// rather than rounded, so that none moves into the future.
final class Times {
    private Times() {}

    static <S extends SqlStatement<S>> S bind(S statement, String name, Instant instant) {
        return statement.bindBySqlType(
                name,
                instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC),
                Types.TIMESTAMP_WITH_TIMEZONE);
    }

    static Instant read(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
