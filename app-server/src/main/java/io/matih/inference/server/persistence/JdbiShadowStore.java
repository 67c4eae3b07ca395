package io.matih.inference.server.persistence;

import io.matih.inference.engine.shadow.ComparisonState;
import io.matih.inference.engine.shadow.ShadowKey;
import io.matih.inference.engine.shadow.ShadowMinute;
import io.matih.inference.engine.shadow.ShadowStore;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Comparisons and their minutes in SQL.
public final class JdbiShadowStore implements ShadowStore {
    private final Database database;
    private final Json json = new Json();

    public JdbiShadowStore(Database database) {
        this.database = database;
    }

    @Override
    public Optional<ComparisonState> find(ShadowKey key) {
        return database.read(
                handle ->
                        bind(
                                        handle.createQuery(
                                                """
                                                SELECT state_json
                                                FROM shadow_comparisons
                                                WHERE deployment_name = :name
                                                    AND primary_version = :primary
                                                    AND shadow_version = :shadow
                                                """),
                                        key)
                                .mapTo(String.class)
                                .findOne()
                                .map(json::comparison));
    }

    @Override
    public void save(ShadowKey key, ComparisonState state) {
        var text = json.write(state);
        database.change(
                handle -> {
                    int updated =
                            bind(
                                            handle.createUpdate(
                                                    """
                                                    UPDATE shadow_comparisons
                                                    SET state_json = :state
                                                    WHERE deployment_name = :name
                                                        AND primary_version = :primary
                                                        AND shadow_version = :shadow
                                                    """),
                                            key)
                                    .bind("state", text)
                                    .execute();
                    if (updated == 0) {
                        insert(handle, key, text);
                    }
                });
    }

    private static void insert(Handle handle, ShadowKey key, String state) {
        bind(
                        handle.createUpdate(
                                """
                                INSERT INTO shadow_comparisons (
                                    deployment_name, primary_version, shadow_version, state_json)
                                SELECT name, :primary, :shadow, :state
                                FROM deployments
                                WHERE name = :name
                                """),
                        key)
                .bind("state", state)
                .execute();
    }

    @Override
    public void add(ShadowKey key, ShadowMinute minute) {
        database.change(
                handle -> {
                    if (update(handle, key, minute) == 0) {
                        insert(handle, key, minute);
                    }
                });
    }

    private static int update(Handle handle, ShadowKey key, ShadowMinute minute) {
        var update =
                bind(
                        handle.createUpdate(
                                """
                                UPDATE shadow_minutes
                                SET compared = compared + :compared,
                                    agreed = agreed + :agreed,
                                    failed = failed + :failed,
                                    dropped = dropped + :dropped
                                WHERE deployment_name = :name
                                    AND primary_version = :primary
                                    AND shadow_version = :shadow
                                    AND begun_at = :begun_at
                                """),
                        key);
        return counts(update, minute).execute();
    }

    private static void insert(Handle handle, ShadowKey key, ShadowMinute minute) {
        var insert =
                bind(
                        handle.createUpdate(
                                """
                                INSERT INTO shadow_minutes (
                                    deployment_name, primary_version, shadow_version, begun_at,
                                    compared, agreed, failed, dropped,
                                    primary_p50_ms, primary_p99_ms, shadow_p50_ms, shadow_p99_ms)
                                SELECT name, :primary, :shadow, :begun_at,
                                    :compared, :agreed, :failed, :dropped,
                                    :primary_p50, :primary_p99, :shadow_p50, :shadow_p99
                                FROM deployments
                                WHERE name = :name
                                """),
                        key);
        counts(insert, minute)
                .bind("primary_p50", minute.primaryP50())
                .bind("primary_p99", minute.primaryP99())
                .bind("shadow_p50", minute.shadowP50())
                .bind("shadow_p99", minute.shadowP99())
                .execute();
    }

    private static <S extends SqlStatement<S>> S counts(S statement, ShadowMinute minute) {
        return Times.bind(statement, "begun_at", minute.at())
                .bind("compared", minute.rows())
                .bind("agreed", minute.agreed())
                .bind("failed", minute.failed())
                .bind("dropped", minute.dropped());
    }

    @Override
    public List<ShadowMinute> minutes(ShadowKey key, Instant from) {
        return database.read(
                handle -> {
                    var query =
                            bind(
                                    handle.createQuery(
                                            """
                                            SELECT begun_at, compared, agreed, failed, dropped,
                                                   primary_p50_ms, primary_p99_ms,
                                                   shadow_p50_ms, shadow_p99_ms
                                            FROM shadow_minutes
                                            WHERE deployment_name = :name
                                                AND primary_version = :primary
                                                AND shadow_version = :shadow
                                                AND begun_at >= :earliest
                                            ORDER BY begun_at
                                            """),
                                    key);
                    return Times.bind(query, "earliest", from)
                            .map((row, _) -> toMinute(row))
                            .list();
                });
    }

    private static ShadowMinute toMinute(ResultSet row) throws SQLException {
        return new ShadowMinute(
                Times.read(row, "begun_at"),
                row.getLong("compared"),
                row.getLong("agreed"),
                row.getLong("failed"),
                row.getLong("dropped"),
                row.getDouble("primary_p50_ms"),
                row.getDouble("primary_p99_ms"),
                row.getDouble("shadow_p50_ms"),
                row.getDouble("shadow_p99_ms"));
    }

    @Override
    public void forgetMinutes(Instant before) {
        database.change(
                handle -> {
                    var delete =
                            handle.createUpdate(
                                    """
                                    DELETE FROM shadow_minutes
                                    WHERE begun_at < :before
                                    """);
                    Times.bind(delete, "before", before).execute();
                });
    }

    @Override
    public void delete(ShadowKey key) {
        database.change(
                handle -> {
                    bind(
                                    handle.createUpdate(
                                            """
                                            DELETE FROM shadow_comparisons
                                            WHERE deployment_name = :name
                                                AND primary_version = :primary
                                                AND shadow_version = :shadow
                                            """),
                                    key)
                            .execute();
                    bind(
                                    handle.createUpdate(
                                            """
                                            DELETE FROM shadow_minutes
                                            WHERE deployment_name = :name
                                                AND primary_version = :primary
                                                AND shadow_version = :shadow
                                            """),
                                    key)
                            .execute();
                });
    }

    private static <S extends SqlStatement<S>> S bind(S statement, ShadowKey key) {
        return statement
                .bind("name", key.deployment())
                .bind("primary", key.primary())
                .bind("shadow", key.shadow());
    }
}
