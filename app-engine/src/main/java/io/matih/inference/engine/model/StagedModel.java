package io.matih.inference.engine.model;

import java.util.Optional;

/// A model copied into a private staging folder, its digest computed from that copy. Closing
/// removes the folder; `ModelRepository.admit` moves it away first.
public interface StagedModel extends AutoCloseable {
    ModelArtifact artifact();

    /// What came with it in its folder.
    default Optional<FolderConfig> config() {
        return Optional.empty();
    }

    @Override
    void close();
}
