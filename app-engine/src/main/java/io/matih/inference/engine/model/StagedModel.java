package io.matih.inference.engine.model;

/// A model copied into a private staging folder, its digest computed from that copy. Closing
/// removes the folder; `ModelRepository.admit` moves it away first.
public interface StagedModel extends AutoCloseable {
    ModelArtifact artifact();

    @Override
    void close();
}
