package io.matih.inference.server.persistence;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.Verdict;
import io.matih.inference.engine.model.VerdictStore;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;

/// Verdicts in SQL. They can be made again, so one that cannot be read counts as absent.
public final class JdbiVerdictStore implements VerdictStore {
    private static final Logger LOG = LoggerFactory.getLogger(JdbiVerdictStore.class);

    private final Database database;
    private final Json json = new Json();

    public JdbiVerdictStore(Database database) {
        this.database = database;
    }

    @Override
    public Optional<Verdict> find(String digest, String runtime) {
        return database.read(
                        handle ->
                                handle.createQuery(
                                                """
                                                SELECT metadata_json, refusal_code, refusal_message,
                                                       refusal_details_json
                                                FROM artifact_verdicts
                                                WHERE digest = :digest AND runtime = :runtime
                                                """)
                                        .bind("digest", digest)
                                        .bind("runtime", runtime)
                                        .map(JdbiVerdictStore::toRow)
                                        .findOne())
                .flatMap(this::readable);
    }

    @Override
    public void save(String digest, String runtime, Verdict verdict) {
        var row = toRow(verdict);
        try {
            database.change(handle -> put(handle, digest, runtime, row));
        } catch (ServingException e) {
            if (e.code() != ErrorCode.CONFLICT) {
                throw e;
            }
            // Somebody else added one between our look and our insert: now there is one to replace.
            database.change(handle -> put(handle, digest, runtime, row));
        }
    }

    private static void put(Handle handle, String digest, String runtime, Row row) {
        if (update(handle, digest, runtime, row) == 0) {
            insert(handle, digest, runtime, row);
        }
    }

    private static int update(Handle handle, String digest, String runtime, Row row) {
        var update =
                handle.createUpdate(
                        """
                        UPDATE artifact_verdicts
                        SET metadata_json = :metadata,
                            refusal_code = :code,
                            refusal_message = :message,
                            refusal_details_json = :details
                        WHERE digest = :digest AND runtime = :runtime
                        """);
        return row.bind(update).bind("digest", digest).bind("runtime", runtime).execute();
    }

    private static void insert(Handle handle, String digest, String runtime, Row row) {
        var insert =
                handle.createUpdate(
                        """
                        INSERT INTO artifact_verdicts (
                            digest, runtime, metadata_json, refusal_code, refusal_message,
                            refusal_details_json)
                        VALUES (:digest, :runtime, :metadata, :code, :message, :details)
                        """);
        row.bind(insert).bind("digest", digest).bind("runtime", runtime).execute();
    }

    private Optional<Verdict> readable(Row row) {
        try {
            return Optional.of(toVerdict(row));
        } catch (ServingException | IllegalArgumentException e) {
            LOG.warn("a verdict of another program version is not used", e);
            return Optional.empty();
        }
    }

    private Verdict toVerdict(Row row) {
        return row.metadata() == null
                ? new Verdict.Refused(
                        ErrorCode.valueOf(present(row.code())),
                        present(row.message()),
                        json.details(present(row.details())))
                : new Verdict.Accepted(json.metadata(row.metadata()));
    }

    // A constraint holds that a row without metadata has these.
    private static String present(@Nullable String column) {
        return Objects.requireNonNull(column);
    }

    private Row toRow(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Accepted(var metadata) -> new Row(json.write(metadata), null, null, null);
            case Verdict.Refused(var code, var message, var details) ->
                    new Row(null, code.name(), message, json.write(details));
        };
    }

    private static Row toRow(ResultSet row, StatementContext context) throws SQLException {
        return new Row(
                row.getString("metadata_json"),
                row.getString("refusal_code"),
                row.getString("refusal_message"),
                row.getString("refusal_details_json"));
    }

    /// The outcome's columns: metadata, or the other three.
    private record Row(
            @Nullable String metadata,
            @Nullable String code,
            @Nullable String message,
            @Nullable String details) {
        Update bind(Update statement) {
            return statement
                    .bind("metadata", metadata)
                    .bind("code", code)
                    .bind("message", message)
                    .bind("details", details);
        }
    }
}
