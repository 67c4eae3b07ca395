package io.matih.inference.server.persistence;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersion;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/// The rows of `model_versions`, which a deploy adds and the version store reads.
final class VersionRows {
    private final Json json;

    VersionRows(Json json) {
        this.json = json;
    }

    /// Adds a version; does nothing where it is there already with the same digest.
    void register(Handle handle, ModelVersion version) {
        var registered = digest(handle, version.name(), version.version());
        if (registered.isEmpty()) {
            insert(handle, version);
        } else if (!registered.get().equals(version.digest())) {
            throw new ServingException(
                    ErrorCode.CONFLICT,
                    "version %d of '%s' is registered with digest %s, not %s"
                            .formatted(
                                    version.version(),
                                    version.name(),
                                    registered.get(),
                                    version.digest()));
        }
    }

    static Optional<String> digest(Handle handle, String name, int version) {
        return handle.createQuery(
                        """
                        SELECT digest
                        FROM model_versions
                        WHERE model_name = :name AND version = :version
                        """)
                .bind("name", name)
                .bind("version", version)
                .mapTo(String.class)
                .findOne();
    }

    ModelVersion toVersion(ResultSet row, StatementContext context) throws SQLException {
        return new ModelVersion(
                row.getString("model_name"),
                row.getInt("version"),
                row.getString("digest"),
                row.getLong("size_bytes"),
                row.getString("source_uri"),
                json.metadata(row.getString("metadata_json")),
                Times.read(row, "registered_at"));
    }

    private void insert(Handle handle, ModelVersion version) {
        var insert =
                handle.createUpdate(
                                """
                                INSERT INTO model_versions (
                                    model_name, version, digest, size_bytes, source_uri,
                                    metadata_json, registered_at)
                                VALUES (
                                    :name, :version, :digest, :size_bytes, :source_uri,
                                    :metadata, :registered_at)
                                """)
                        .bind("name", version.name())
                        .bind("version", version.version())
                        .bind("digest", version.digest())
                        .bind("size_bytes", version.sizeBytes())
                        .bind("source_uri", version.sourceUri())
                        .bind("metadata", json.write(version.metadata()));
        Times.bind(insert, "registered_at", version.registeredAt()).execute();
    }
}
