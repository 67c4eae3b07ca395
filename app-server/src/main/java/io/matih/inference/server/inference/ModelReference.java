package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;

import java.util.regex.Pattern;

/// Which deployment and version a request names.
final class ModelReference {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,9}");
    private static final String RESERVED = "stats";
    private static final String EXPECTED_NAME =
            "a name of 1 to 128 letters, digits, '.', '_' and '-' that starts with a letter or digit"
                    + " and is not 'stats'";
    private static final String EXPECTED_VERSION = "a version from 1 to 2147483647, or a label";

    private ModelReference() {}

    static String model(JsonInput in) {
        var name = in.requireString(ErrorCode.MALFORMED_REQUEST, "a model's name, a string");
        if (!NAME.matcher(name).matches() || name.equals(RESERVED)) {
            throw in.wrong(ErrorCode.INVALID_NAME, EXPECTED_NAME);
        }
        return name;
    }

    /// A number's digits without leading zeros, or a label.
    static String version(JsonInput in) {
        if (in.token() == JsonToken.VALUE_NUMBER_INT) {
            return Long.toString(
                    in.requireLong(
                            ErrorCode.INVALID_PARAMETER, 1, Integer.MAX_VALUE, EXPECTED_VERSION));
        }
        var version = in.requireString(ErrorCode.INVALID_PARAMETER, EXPECTED_VERSION);
        boolean valid =
                DIGITS.matcher(version).matches()
                        ? NUMBER.matcher(version).matches()
                                && Long.parseLong(version) <= Integer.MAX_VALUE
                        : NAME.matcher(version).matches();
        if (!valid) {
            throw in.wrong(ErrorCode.INVALID_PARAMETER, EXPECTED_VERSION);
        }
        return version;
    }
}
