package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.util.Locale;
import java.util.regex.Pattern;

/// ONNX Runtime's failures as ours: its words without the paths, source lines and signatures of C++
/// functions that it puts into them.
final class OrtErrors {
    private static final int CLIP = 300;
    private static final Pattern PREFIX = Pattern.compile("^Error code - \\w+ - message: ");
    private static final Pattern SOURCE_LINE =
            Pattern.compile("\\S+\\.(?:cc|h|cpp|hpp|cu|cuh):\\d+ (?:[^()\\n]{0,300}\\([^()\\n]*\\)(?: const)? )?");
    // Not a quoted one: tensors and nodes are often named like paths.
    private static final Pattern FOLDER = Pattern.compile("(?<![\\w'\"/])(?:[A-Za-z]:)?[/\\\\](?:[^\\s'\"/\\\\]+[/\\\\])+");
    private static final Pattern BLANK = Pattern.compile("[\\s\\p{Cntrl}]+");
    private static final Pattern MEMORY =
            Pattern.compile(
                    "bad_alloc|failed to allocate memory|out of memory|bfcarena|cuda_error_out_of_memory");
    private static final Pattern OPERATOR =
            Pattern.compile(
                    "is not a registered function|no op registered|no opset import"
                            + "|opset \\d+ is under development|unsupported model ir version"
                            + "|could not find an implementation|unrecognized attribute"
                            + "|is not supported in|unsupported.*opset");

    private OrtErrors() {}

    /// @param folder the model's folder, which its text shall not name
    static ServingException load(OrtException failure, String folder) {
        var text = clean(message(failure).replace(folder, ""));
        if (isMemory(failure)) {
            return new ServingException(
                    ErrorCode.RESOURCE_LIMIT, "No memory to load the model: " + text, failure);
        }
        if (isOperator(failure)) {
            return new ServingException(
                    ErrorCode.UNSUPPORTED_OPERATOR,
                    "ONNX Runtime does not know an operator of the model: " + text,
                    failure);
        }
        return new ServingException(
                ErrorCode.MODEL_INVALID, "ONNX Runtime cannot load the model: " + text, failure);
    }

    static ServingException run(OrtException failure) {
        var text = clean(failure);
        return isMemory(failure)
                ? new ServingException(
                        ErrorCode.RESOURCE_LIMIT, "No memory to execute this: " + text, failure)
                : new ServingException(
                        ErrorCode.INFERENCE_FAILED, "The model failed: " + text, failure);
    }

    static boolean isMemory(OrtException failure) {
        return MEMORY.matcher(lower(failure)).find();
    }

    private static boolean isOperator(OrtException failure) {
        return failure.getCode() == OrtErrorCode.ORT_NOT_IMPLEMENTED
                || OPERATOR.matcher(lower(failure)).find();
    }

    static String clean(OrtException failure) {
        return clean(message(failure));
    }

    private static String message(OrtException failure) {
        return String.valueOf(failure.getMessage());
    }

    private static String clean(String message) {
        var text = PREFIX.matcher(message).replaceFirst("");
        text = SOURCE_LINE.matcher(text).replaceAll("");
        text = FOLDER.matcher(text).replaceAll("");
        text = BLANK.matcher(text).replaceAll(" ").strip();
        return text.length() > CLIP ? text.substring(0, CLIP) + "…" : text;
    }

    private static String lower(OrtException failure) {
        return message(failure).toLowerCase(Locale.ROOT);
    }
}
