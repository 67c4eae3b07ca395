package io.matih.inference.server.persistence;

import io.matih.inference.engine.deployment.DeploymentRecord;
import io.matih.inference.engine.deployment.DeploymentStore;
import io.matih.inference.engine.deployment.Revision;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersion;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementContext;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/// Deployments and their revisions in SQL. A change writes its revision first: that row's key lets
/// one of several servers through.
public final class JdbiDeploymentStore implements DeploymentStore {
    private final Database database;
    private final Json json = new Json();
    private final VersionRows versions = new VersionRows(json);

    public JdbiDeploymentStore(Database database) {
        this.database = database;
    }

    @Override
    public List<DeploymentRecord> deployments() {
        return database.read(
                handle ->
                        handle.createQuery(
                                        """
                                        SELECT name, version, backend, config_json, features_json,
                                               pinned, revision, updated_at
                                        FROM deployments
                                        ORDER BY name
                                        """)
                                .map(this::toRecord)
                                .list());
    }

    @Override
    public void deployed(ModelVersion version, DeploymentRecord deployment, Revision revision) {
        database.durable(
                handle -> {
                    insert(handle, revision);
                    versions.register(handle, version);
                    if (update(handle, deployment) == 0) {
                        insert(handle, deployment);
                    }
                });
    }

    @Override
    public void undeployed(Revision revision) {
        database.durable(
                handle -> {
                    if (delete(handle, revision.deployment()) == 0) {
                        throw new ServingException(
                                ErrorCode.MODEL_NOT_FOUND,
                                "'%s' is not deployed".formatted(revision.deployment()));
                    }
                    insert(handle, revision);
                });
    }

    @Override
    public List<Revision> revisions(String deployment) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        """
                                        SELECT deployment_name, revision, action, version, digest,
                                               actor, changed_at
                                        FROM deployment_revisions
                                        WHERE deployment_name = :name
                                        ORDER BY revision DESC
                                        """)
                                .bind("name", deployment)
                                .map(JdbiDeploymentStore::toRevision)
                                .list());
    }

    @Override
    public long lastRevision(String deployment) {
        return database.read(
                handle ->
                        handle.createQuery(
                                        """
                                        SELECT COALESCE(MAX(revision), 0) AS last_revision
                                        FROM deployment_revisions
                                        WHERE deployment_name = :name
                                        """)
                                .bind("name", deployment)
                                .mapTo(long.class)
                                .one());
    }

    private static void insert(Handle handle, Revision revision) {
        var insert =
                handle.createUpdate(
                                """
                                INSERT INTO deployment_revisions (
                                    deployment_name, revision, action, version, digest, actor,
                                    changed_at)
                                VALUES (
                                    :name, :revision, :action, :version, :digest, :actor,
                                    :changed_at)
                                """)
                        .bind("name", revision.deployment())
                        .bind("revision", revision.number())
                        .bind("action", revision.action().name())
                        .bind("version", revision.version())
                        .bind("digest", revision.digest())
                        .bind("actor", revision.actor());
        try {
            Times.bind(insert, "changed_at", revision.at()).execute();
        } catch (JdbiException e) {
            if (SqlFailures.isDuplicate(e)) {
                throw new ServingException(
                        ErrorCode.CONFLICT,
                        "'%s' was changed by somebody else at the same time: revision %d is there"
                                .formatted(revision.deployment(), revision.number()),
                        e);
            }
            throw e;
        }
    }

    private int update(Handle handle, DeploymentRecord deployment) {
        var update =
                handle.createUpdate(
                                """
                                UPDATE deployments
                                SET version = :version,
                                    backend = :backend,
                                    config_json = :config,
                                    features_json = :features,
                                    pinned = :pinned,
                                    revision = :revision,
                                    updated_at = :updated_at
                                WHERE name = :name
                                """)
                        .bind("name", deployment.name())
                        .bind("version", deployment.version())
                        .bind("backend", deployment.backend())
                        .bind("config", json.write(deployment.config()))
                        .bind("features", json.write(deployment.features()))
                        .bind("pinned", deployment.pinned())
                        .bind("revision", deployment.revision());
        return Times.bind(update, "updated_at", deployment.updatedAt()).execute();
    }

    private void insert(Handle handle, DeploymentRecord deployment) {
        var insert =
                handle.createUpdate(
                                """
                                INSERT INTO deployments (
                                    name, version, backend, config_json, features_json, pinned,
                                    revision, updated_at)
                                VALUES (
                                    :name, :version, :backend, :config, :features, :pinned,
                                    :revision, :updated_at)
                                """)
                        .bind("name", deployment.name())
                        .bind("version", deployment.version())
                        .bind("backend", deployment.backend())
                        .bind("config", json.write(deployment.config()))
                        .bind("features", json.write(deployment.features()))
                        .bind("pinned", deployment.pinned())
                        .bind("revision", deployment.revision());
        Times.bind(insert, "updated_at", deployment.updatedAt()).execute();
    }

    private static int delete(Handle handle, String name) {
        return handle.createUpdate(
                        """
                        DELETE FROM deployments
                        WHERE name = :name
                        """)
                .bind("name", name)
                .execute();
    }

    private DeploymentRecord toRecord(ResultSet row, StatementContext context) throws SQLException {
        return new DeploymentRecord(
                row.getString("name"),
                row.getInt("version"),
                row.getString("backend"),
                json.config(row.getString("config_json")),
                json.features(row.getString("features_json")),
                row.getBoolean("pinned"),
                row.getLong("revision"),
                Times.read(row, "updated_at"));
    }

    private static Revision toRevision(ResultSet row, StatementContext context)
            throws SQLException {
        return new Revision(
                row.getString("deployment_name"),
                row.getLong("revision"),
                Revision.Action.valueOf(row.getString("action")),
                row.getObject("version", Integer.class),
                row.getString("digest"),
                row.getString("actor"),
                Times.read(row, "changed_at"));
    }
}
