package io.matih.inference.engine.model;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import java.util.regex.Pattern;

/// What a model, a deployment or a label may be called. Everything else is kept out here, so that a
/// name can stand in a URL, a metric, a log line and a table.
public final class ModelName {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /// What Windows keeps for devices, whatever stands behind a dot.
    private static final Pattern DEVICE =
            Pattern.compile("(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?");

    private static final String FORM =
            "1 to 128 of A-Z a-z 0-9 . _ -, beginning with a letter or digit, not ending with a dot, and not 'stats' or a device's name such as CON";

    private ModelName() {}

    /// @param field where the name stands in the request
    /// @return the name
    /// @throws ServingException `INVALID_NAME`
    public static String require(String name, String field) {
        if (!ALLOWED.matcher(name).matches()
                || DEVICE.matcher(name).matches()
                || name.endsWith(".")
                || name.equals("stats")) {
            throw new ServingException(
                    ErrorCode.INVALID_NAME,
                    "%s: '%s' is not a name; allowed: %s"
                            .formatted(field, ServingException.clip(name), FORM),
                    new ErrorDetail(field, FORM, ServingException.clip(name)));
        }
        return name;
    }

    /// A label has a name's form and is not all digits, so that it is never taken for a version.
    ///
    /// @throws ServingException `INVALID_NAME`
    public static String requireLabel(String label, String field) {
        require(label, field);
        if (label.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new ServingException(
                    ErrorCode.INVALID_NAME,
                    "%s: '%s' is a version number, not a label".formatted(field, label),
                    new ErrorDetail(field, "a name that is not all digits", label));
        }
        return label;
    }
}
