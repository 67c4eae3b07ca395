package io.matih.inference.server.triton;

import io.matih.inference.engine.deployment.Change;
import io.matih.inference.engine.deployment.DeploymentSpec;
import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.engine.deployment.TrafficMode;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelSource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// Serves every model of a repository's folder when the server starts. A model that cannot be
/// served is no reason for the others, or for the server, not to start. What is as it was at the
/// last start is not loaded again; what is gone from the folder stays deployed until somebody
/// undeploys it.
public final class RepositoryStart {
    private static final Logger LOG = LoggerFactory.getLogger(RepositoryStart.class);
    private static final String ACTOR = "repository";

    private final Deployments deployments;

    public RepositoryStart(Deployments deployments) {
        this.deployments = deployments;
    }

    /// @param repository a store root, or below one
    /// @throws ServingException `STORAGE_FAILED` where the folder cannot be read
    public void deployAll(Path repository) {
        try {
            var folders = ModelFolders.below(repository);
            if (folders.isEmpty()) {
                LOG.warn("the model repository {} has no model folders", repository);
            }
            folders.forEach(this::deploy);
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.STORAGE_FAILED, "the model repository cannot be read", e);
        }
    }

    private void deploy(Path folder) {
        var name = ModelFolders.name(folder);
        try {
            var status = deployments.deploy(spec(name, folder));
            var record = status.record();
            LOG.info(
                    "model repository: '{}' version {} serves",
                    name,
                    record == null ? "?" : record.stable().version());
            if (record != null) {
                record.stable()
                        .config()
                        .ignored()
                        .forEach(text -> LOG.info("model repository: '{}': {}", name, text));
            }
        } catch (ServingException e) {
            LOG.error(
                    "model repository: '{}' is not served: {}: {}", name, e.code(), e.getMessage());
        }
    }

    private static DeploymentSpec spec(String name, Path folder) {
        return new DeploymentSpec(
                name,
                new ModelSource(folder.toString(), null, null),
                null,
                null,
                null,
                Map.of(),
                new TrafficMode.Primary(),
                false,
                true,
                new Change(null, ACTOR, null));
    }
}
