package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelRepository;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.StagedModel;

import java.util.HashMap;
import java.util.Map;

/// Keeps an artifact in the repository while a registered version or a running deploy needs it. Two
/// names can be deployed from the same digest at once; one of them failing must not take the files
/// from the other.
final class ArtifactKeeper {
    private final ModelRepository repository;
    private final ModelVersionStore versions;
    private final Map<String, Integer> inUse = new HashMap<>();

    ArtifactKeeper(ModelRepository repository, ModelVersionStore versions) {
        this.repository = repository;
        this.versions = versions;
    }

    /// Admits a staged model and holds it until `release`.
    synchronized ModelArtifact admit(StagedModel staged) {
        var artifact = repository.admit(staged);
        inUse.merge(artifact.digest(), 1, Integer::sum);
        return artifact;
    }

    /// Lets go; an artifact that nothing else needs is deleted.
    synchronized void release(String digest) {
        inUse.computeIfPresent(digest, (_, users) -> users == 1 ? null : users - 1);
        deleteUnused(digest);
    }

    synchronized void deleteUnused(String digest) {
        boolean registered =
                versions.versions().stream().anyMatch(version -> version.digest().equals(digest));
        if (!registered && !inUse.containsKey(digest)) {
            repository.delete(digest);
        }
    }
}
