package io.matih.inference.engine.model;

import java.util.Optional;
import java.util.Set;

/// The server's own models on disk, one folder per digest. What the database does not name is swept
/// away at the next start, so a deploy that dies half-way leaves nothing behind.
public interface ModelRepository {
    /// Moves a staged model into the repository; does nothing where its digest is there already.
    ModelArtifact admit(StagedModel staged);

    Optional<ModelArtifact> find(String digest);

    /// Removes every artifact whose digest is not in `keep`, and all of staging.
    void sweep(Set<String> keep);

    void delete(String digest);
}
