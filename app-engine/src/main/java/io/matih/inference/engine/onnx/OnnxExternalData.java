package io.matih.inference.engine.onnx;

import io.matih.inference.engine.error.ServingException;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Which files beside a model file belong to it.
public final class OnnxExternalData {
    private OnnxExternalData() {}

    /// Reads the model file alone and looks at no other file.
    ///
    /// @return relative paths of data files, segments joined by `/`; each stays inside the model's
    ///   folder as far as its text goes, but may be missing, or a link
    /// @throws ServingException `EXTERNAL_DATA_FORBIDDEN` for a location outside the folder,
    ///   `MODEL_INVALID`, `MODEL_LIMIT`
    public static Set<String> locations(Path modelFile) {
        return locations(references(new OnnxReader(OnnxLimits.DEFAULT).read(modelFile)));
    }

    static List<ExternalReference> references(OnnxModel model) {
        return model.tensors().stream()
                .map(ExternalReference::of)
                .flatMap(Optional::stream)
                .toList();
    }

    static Set<String> locations(List<ExternalReference> references) {
        var locations = new TreeSet<String>();
        references.forEach(reference -> locations.add(reference.location()));
        return locations;
    }
}
