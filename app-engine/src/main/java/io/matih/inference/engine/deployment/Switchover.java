package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.ModelVersion;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// The last step of every change: **commit** → switch. The commit is one database transaction and
/// the moment at which the change has happened; the switch is one write that every request after it
/// sees. Whoever runs one holds the name's lock.
final class Switchover {
    private final DeploymentStore deployments;

    Switchover(DeploymentStore deployments) {
        this.deployments = deployments;
    }

    /// @param next what is to answer from now on, loaded, the stable version first
    /// @param registers a version that is registered with the change; absent: all are
    /// @return what answers no more, to be retired
    List<DeployedVersion> run(
            Deployment entry,
            List<DeployedVersion> next,
            @Nullable ModelVersion registers,
            Revision.Action action,
            Change change) {
        var name = entry.name();
        var stable = next.getFirst();
        var record =
                new DeploymentRecord(
                        name,
                        next.stream().map(DeployedVersion::variant).toList(),
                        deployments.lastRevision(name) + 1,
                        Instant.now());
        var revision =
                new Revision(
                        name,
                        record.revision(),
                        action,
                        stable.version().version(),
                        stable.version().digest(),
                        record.variants(),
                        change.actor(),
                        change.reason(),
                        record.updatedAt());
        if (registers == null) {
            deployments.changed(record, revision);
        } else {
            deployments.deployed(registers, record, revision);
        }
        var before = entry.deployed();
        entry.serve(record, next);
        return before.stream()
                .filter(old -> next.stream().noneMatch(kept -> kept.cached() == old.cached()))
                .toList();
    }
}
