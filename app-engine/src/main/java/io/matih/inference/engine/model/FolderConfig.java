package io.matih.inference.engine.model;

import io.matih.inference.engine.error.ServingException;

/// How a model wants to be served, by a file that lies in its folder beside its version folders.
public interface FolderConfig {
    /// The version to serve: the name of its folder.
    int version();

    /// The model file of that version, relative to the source; what lies beside it belongs to it.
    String modelFile();

    /// How to serve it where the operator says nothing else.
    ModelConfig config();

    /// Compares what the configuration says of inputs and outputs with what the model declares.
    ///
    /// @throws ServingException `CONFIG_INVALID`
    void check(ModelMetadata metadata);
}
