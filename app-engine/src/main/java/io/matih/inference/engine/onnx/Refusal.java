package io.matih.inference.engine.onnx;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

/// The ways in which a model file is refused. Every text from the file is clipped by who names it.
final class Refusal {
    private Refusal() {}

    /// The file breaks ONNX's own rules.
    static ServingException invalid(String message) {
        return new ServingException(ErrorCode.MODEL_INVALID, message);
    }

    /// The file may be right, but is larger than this server takes.
    static ServingException limit(String message) {
        return new ServingException(ErrorCode.MODEL_LIMIT, message);
    }

    /// The file is right, but needs what the runtime does not have.
    static ServingException unsupported(String message) {
        return new ServingException(ErrorCode.UNSUPPORTED_OPERATOR, message);
    }

    /// The file points at data outside its own folder, or at something that is no plain file.
    static ServingException forbidden(String message) {
        return new ServingException(ErrorCode.EXTERNAL_DATA_FORBIDDEN, message);
    }

    static String clip(String text) {
        return ServingException.clip(text);
    }
}
