package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersion;

import java.util.List;

/// Remembers what is deployed. Each change is one transaction and survives power loss when the call
/// returns: it is the moment at which a deploy or undeploy has happened. Instants are kept to the
/// microsecond. Any method throws `STORAGE_FAILED` where the store cannot be read or written.
public interface DeploymentStore {
    /// Every deployment, by name.
    List<DeploymentRecord> deployments();

    /// Adds or replaces a deployment, its version (added where it is not registered yet) and its
    /// revision.
    ///
    /// @throws ServingException `CONFLICT` where the version is registered with another digest, or
    ///   where somebody else made a revision of this number first; nothing is changed then
    void deployed(ModelVersion version, DeploymentRecord deployment, Revision revision);

    /// Replaces what is remembered of a deployment and adds its revision; the versions are
    /// registered.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND` where there is no such deployment, `CONFLICT`
    ///   where somebody else made a revision of this number first; nothing is changed then
    void changed(DeploymentRecord deployment, Revision revision);

    /// Removes a deployment and adds its revision; the model's versions stay registered.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND` where there is no such deployment, `CONFLICT`
    ///   where somebody else made a revision of this number first; nothing is changed then
    void undeployed(Revision revision);

    /// The changes of a name, newest first.
    List<Revision> revisions(String deployment);

    /// The number of the name's last revision; 0 where there was none.
    long lastRevision(String deployment);
}
