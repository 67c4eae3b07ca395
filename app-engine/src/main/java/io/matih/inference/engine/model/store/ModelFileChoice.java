package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelFormat;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Which of several files is the model: the only one of its format, wherever it lies, so that a
/// bare file, Triton's `1/model.onnx` and either of them in a folder of its own are all understood.
///
/// @param name relative
record ModelFileChoice(String name, ModelFormat format) {
    private static final String SAVED_MODEL = "saved_model.pb";
    private static final int NAMED = 4;

    /// @param format what the operator said; absent: ONNX where there is any, else by the endings
    /// @throws ServingException `MODEL_INVALID` where there is none or more than one
    static ModelFileChoice of(Collection<String> names, @Nullable ModelFormat format) {
        if (format != null) {
            return only(
                    names.stream()
                            .filter(name -> formatOf(name).equals(Optional.of(format)))
                            .toList(),
                    format);
        }
        var onnx =
                names.stream()
                        .filter(name -> formatOf(name).equals(Optional.of(ModelFormat.ONNX)))
                        .toList();
        if (!onnx.isEmpty()) {
            return only(onnx, ModelFormat.ONNX);
        }
        var candidates = names.stream().filter(name -> formatOf(name).isPresent()).toList();
        return only(candidates, null);
    }

    private static ModelFileChoice only(List<String> candidates, @Nullable ModelFormat format) {
        // TensorFlow writes other .pb files beside the one of this name.
        var saved = candidates.stream().filter(name -> name.endsWith(SAVED_MODEL)).toList();
        var left = saved.size() == 1 ? saved : candidates;
        if (left.size() != 1) {
            throw refused(left);
        }
        return new ModelFileChoice(
                left.getFirst(), format != null ? format : ModelFormat.ofFile(left.getFirst()));
    }

    private static Optional<ModelFormat> formatOf(String name) {
        try {
            return Optional.of(ModelFormat.ofFile(name));
        } catch (ServingException e) {
            return Optional.empty();
        }
    }

    private static ServingException refused(List<String> candidates) {
        var shown = candidates.stream().limit(NAMED).map(ServingException::clip).toList();
        return new ServingException(
                ErrorCode.MODEL_INVALID,
                candidates.isEmpty()
                        ? "the source holds no model file, such as model.onnx"
                        : "the source holds %d model files (%s); exactly one is allowed"
                                .formatted(candidates.size(), String.join(", ", shown)));
    }
}
