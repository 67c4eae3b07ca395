package io.matih.inference.engine.model;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a model file is, by its name's ending. A format decides which back-end runs it.
public enum ModelFormat {
    ONNX(".onnx"),
    SKLEARN(".pkl", ".joblib"),
    XGBOOST(".json", ".ubj"),
    PYTORCH(".pt", ".pth"),
    KERAS(".keras", ".h5"),
    TENSORRT(".plan", ".engine"),
    SAVED_MODEL(".pb", ".savedmodel");

    private static final String NAMES =
            Arrays.stream(values()).map(ModelFormat::wireName).collect(Collectors.joining(", "));

    private final List<String> endings;

    ModelFormat(String... endings) {
        this.endings = List.of(endings);
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @throws ServingException `FORMAT_NOT_SUPPORTED` for a name with another ending
    public static ModelFormat ofFile(String fileName) {
        var lower = fileName.toLowerCase(Locale.ROOT);
        for (var format : values()) {
            if (format.endings.stream().anyMatch(lower::endsWith)) {
                return format;
            }
        }
        throw new ServingException(
                ErrorCode.FORMAT_NOT_SUPPORTED,
                "'%s' has no ending that says what it is; give source.format, one of %s"
                        .formatted(ServingException.clip(fileName), NAMES),
                new ErrorDetail("source.format", NAMES, null));
    }

    /// @throws ServingException `FORMAT_NOT_SUPPORTED` for any other name
    public static ModelFormat of(String wireName) {
        for (var format : values()) {
            if (format.wireName().equals(wireName)) {
                return format;
            }
        }
        throw new ServingException(
                ErrorCode.FORMAT_NOT_SUPPORTED,
                "source.format '%s' is not one of %s"
                        .formatted(ServingException.clip(wireName), NAMES),
                new ErrorDetail("source.format", NAMES, ServingException.clip(wireName)));
    }
}
