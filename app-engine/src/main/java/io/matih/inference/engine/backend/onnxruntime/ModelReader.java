package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.model.ModelMetadata;

import java.nio.file.Path;

/// Reads what a model file declares without running it, and refuses what must not be loaded.
@FunctionalInterface
interface ModelReader {
    ModelMetadata read(Path modelFile);
}
