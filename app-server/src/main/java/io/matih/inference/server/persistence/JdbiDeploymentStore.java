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
    private final VariantRows variants = new VariantRows(json);

    public JdbiDeploymentStore(Database database) {
        this.database = database;
    }

    @Override
    public List<DeploymentRecord> deployments() {
        return database.read(
                handle -> {
                    var byName = variants.byDeployment(handle);
                    return handle.createQuery(
                                    """
                                    SELECT name, revision, updated_at
                                    FROM deployments
                                    ORDER BY name
                                    """)
                            .map(
                                    (row, _) ->
                                            new DeploymentRecord(
                                                    row.getString("name"),
                                                    byName.getOrDefault(
                                                            row.getString("name"), List.of()),
                                                    row.getLong("revision"),
                                                    Times.read(row, "updated_at")))
                            .list();
                });
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
                    variants.replace(handle, deployment);
                });
    }

    @Override
    public void changed(DeploymentRecord deployment, Revision revision) {
        database.durable(
                handle -> {
                    insert(handle, revision);
                    if (update(handle, deployment) == 0) {
                        throw notDeployed(deployment.name());
                    }
                    variants.replace(handle, deployment);
                });
    }

    @Override
    public void undeployed(Revision revision) {
        database.durable(
                handle -> {
                    if (delete(handle, revision.deployment()) == 0) {
                        throw notDeployed(revision.deployment());
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
                                               variants_json, actor, reason, changed_at
                                        FROM deployment_revisions
                                        WHERE deployment_name = :name
                                        ORDER BY revision DESC
                                        """)
                                .bind("name", deployment)
                                .map(this::toRevision)
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

    private void insert(Handle handle, Revision revision) {
        var insert =
                handle.createUpdate(
                                """
                                INSERT INTO deployment_revisions (
                                    deployment_name, revision, action, version, digest,
                                    variants_json, actor, reason, changed_at)
                                VALUES (
                                    :name, :revision, :action, :version, :digest,
                                    :variants, :actor, :reason, :changed_at)
                                """)
                        .bind("name", revision.deployment())
                        .bind("revision", revision.number())
                        .bind("action", revision.action().name())
                        .bind("version", revision.version())
                        .bind("digest", revision.digest())
                        .bind("variants", json.write(revision.variants()))
                        .bind("actor", revision.actor())
                        .bind("reason", revision.reason());
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

    private static int update(Handle handle, DeploymentRecord deployment) {
        var update =
                handle.createUpdate(
                                """
                                UPDATE deployments
                                SET revision = :revision,
                                    updated_at = :updated_at
                                WHERE name = :name
                                """)
                        .bind("name", deployment.name())
                        .bind("revision", deployment.revision());
        return Times.bind(update, "updated_at", deployment.updatedAt()).execute();
    }

    private static void insert(Handle handle, DeploymentRecord deployment) {
        var insert =
                handle.createUpdate(
                                """
                                INSERT INTO deployments (name, revision, updated_at)
                                VALUES (:name, :revision, :updated_at)
                                """)
                        .bind("name", deployment.name())
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

    private static ServingException notDeployed(String name) {
        return new ServingException(
                ErrorCode.MODEL_NOT_FOUND, "'%s' is not deployed".formatted(name));
    }

    private Revision toRevision(ResultSet row, StatementContext context) throws SQLException {
        return new Revision(
                row.getString("deployment_name"),
                row.getLong("revision"),
                Revision.Action.valueOf(row.getString("action")),
                row.getObject("version", Integer.class),
                row.getString("digest"),
                json.variants(row.getString("variants_json")),
                row.getString("actor"),
                row.getString("reason"),
                Times.read(row, "changed_at"));
    }
}
