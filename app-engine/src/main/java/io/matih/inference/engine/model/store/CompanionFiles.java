package io.matih.inference.engine.model.store;

import java.nio.file.Path;
import java.util.Set;

/// Says which files beside a model belong to it: the external data that an ONNX file names.
@FunctionalInterface
public interface CompanionFiles {
    /// @param modelFile the staged copy of the model file
    /// @return names relative to the model's folder, exactly as the model spells them
    Set<String> of(Path modelFile);
}
