package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.ModelVersion;

import java.util.List;

/// Remembers what is deployed. Each change is one transaction and survives power loss when the call
/// returns: it is the moment at which a deploy or undeploy has happened.
public interface DeploymentStore {
    /// Every deployment, by name.
    List<DeploymentRecord> deployments();

    /// Adds or replaces a deployment, its version (added where it is not registered yet) and its
    /// revision.
    void deployed(ModelVersion version, DeploymentRecord deployment, Revision revision);

    /// Removes a deployment and adds its revision; the model's versions stay registered.
    void undeployed(Revision revision);

    /// The changes of a name, newest first.
    List<Revision> revisions(String deployment);

    /// The number of the name's last revision; 0 where there was none.
    long lastRevision(String deployment);
}
