package io.matih.inference.server.persistence;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Versions and labels in SQL.
public final class JdbiModelVersionStore implements ModelVersionStore {
    private final Database database;
    private final VersionRows rows = new VersionRows(new Json());

    public JdbiModelVersionStore(Database database) {
        this.database = database;
    }

    @Override
    public List<ModelVersion> versions() {
        return database.read(
                handle ->
                        handle.createQuery(
                                        """
                                        SELECT model_name, version, digest, size_bytes, source_uri,
                                               metadata_json, registered_at
                                        FROM model_versions
                                        ORDER BY model_name, version
                                        """)
                                .map(rows::toVersion)
                                .list());
    }

    @Override
    public List<ModelVersion> versions(String name) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        """
                                        SELECT model_name, version, digest, size_bytes, source_uri,
                                               metadata_json, registered_at
                                        FROM model_versions
                                        WHERE model_name = :name
                                        ORDER BY version
                                        """)
                                .bind("name", name)
                                .map(rows::toVersion)
                                .list());
    }

    @Override
    public Optional<ModelVersion> find(String name, int version) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        """
                                        SELECT model_name, version, digest, size_bytes, source_uri,
                                               metadata_json, registered_at
                                        FROM model_versions
                                        WHERE model_name = :name AND version = :version
                                        """)
                                .bind("name", name)
                                .bind("version", version)
                                .map(rows::toVersion)
                                .findOne());
    }

    @Override
    public void delete(String name, int version) {
        database.durable(
                handle -> {
                    try {
                        deleteRow(handle, name, version);
                    } catch (JdbiException e) {
                        throw SqlFailures.isBrokenReference(e) ? inUse(name, version, e) : e;
                    }
                });
    }

    @Override
    public Map<String, Integer> labels(String name) {
        return database.read(
                handle -> {
                    var labels = new HashMap<String, Integer>();
                    handle.createQuery(
                                    """
                                    SELECT label, version
                                    FROM model_labels
                                    WHERE model_name = :name
                                    """)
                            .bind("name", name)
                            .map(
                                    (row, _) ->
                                            Map.entry(
                                                    row.getString("label"), row.getInt("version")))
                            .forEach(entry -> labels.put(entry.getKey(), entry.getValue()));
                    return Map.copyOf(labels);
                });
    }

    @Override
    public void label(String name, String label, int version) {
        database.durable(
                handle -> {
                    if (VersionRows.digest(handle, name, version).isEmpty()) {
                        throw unknown(name, version);
                    }
                    if (moveLabel(handle, name, label, version) == 0) {
                        insertLabel(handle, name, label, version);
                    }
                });
    }

    @Override
    public void unlabel(String name, String label) {
        database.durable(
                handle ->
                        handle.createUpdate(
                                        """
                                        DELETE FROM model_labels
                                        WHERE model_name = :name AND label = :label
                                        """)
                                .bind("name", name)
                                .bind("label", label)
                                .execute());
    }

    private static void deleteRow(Handle handle, String name, int version) {
        handle.createUpdate(
                        """
                        DELETE FROM model_versions
                        WHERE model_name = :name AND version = :version
                        """)
                .bind("name", name)
                .bind("version", version)
                .execute();
    }

    private static int moveLabel(Handle handle, String name, String label, int version) {
        return handle.createUpdate(
                        """
                        UPDATE model_labels
                        SET version = :version
                        WHERE model_name = :name AND label = :label
                        """)
                .bind("name", name)
                .bind("label", label)
                .bind("version", version)
                .execute();
    }

    private static void insertLabel(Handle handle, String name, String label, int version) {
        handle.createUpdate(
                        """
                        INSERT INTO model_labels (model_name, label, version)
                        VALUES (:name, :label, :version)
                        """)
                .bind("name", name)
                .bind("label", label)
                .bind("version", version)
                .execute();
    }

    private static ServingException inUse(String name, int version, JdbiException cause) {
        return new ServingException(
                ErrorCode.IN_USE, "version %d of '%s' is deployed".formatted(version, name), cause);
    }

    private static ServingException unknown(String name, int version) {
        return new ServingException(
                ErrorCode.MODEL_NOT_FOUND, "'%s' has no version %d".formatted(name, version));
    }
}
