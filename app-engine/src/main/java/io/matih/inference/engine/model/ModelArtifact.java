package io.matih.inference.engine.model;

import java.nio.file.Path;

/// A model's files, owned by this server: nobody else writes in their folder.
///
/// @param digest lower-case hex SHA-256: of the model file where there is one file, else of the
///   list of all files as `sha256sum` prints it, sorted by name
/// @param format what the model file is
/// @param folder absolute folder that holds all files
/// @param modelFile name of the model file in `folder`
/// @param sizeBytes bytes of all files
public record ModelArtifact(
        String digest, ModelFormat format, Path folder, String modelFile, long sizeBytes) {
    public Path modelPath() {
        return folder.resolve(modelFile);
    }
}
