package io.matih.inference.server.json;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.regex.Pattern;

/// A version number on the wire: an integer or its digits.
public final class Versions {
    private static final Pattern FORM = Pattern.compile("[1-9][0-9]{0,8}");
    private static final String ALLOWED = "an integer from 1 to 999999999";

    private Versions() {}

    /// @return null where the field is absent or null
    /// @throws ServingException `INVALID_PARAMETER`
    public static @Nullable Integer read(@Nullable JsonNode value, String field) {
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isString() && !value.isIntegralNumber()) {
            throw invalid(field, value.toString());
        }
        return parse(value.isString() ? value.stringValue() : value.toString(), field);
    }

    /// @throws ServingException `INVALID_PARAMETER`
    public static int parse(String digits, String field) {
        if (!FORM.matcher(digits).matches()) {
            throw invalid(field, digits);
        }
        return Integer.parseInt(digits);
    }

    private static ServingException invalid(String field, String actual) {
        return new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "%s: '%s' is not %s".formatted(field, ServingException.clip(actual), ALLOWED),
                new ErrorDetail(field, ALLOWED, ServingException.clip(actual)));
    }
}
