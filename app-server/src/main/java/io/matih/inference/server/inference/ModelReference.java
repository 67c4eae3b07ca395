package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;

/// Which deployment and version a request names.
final class ModelReference {
    private static final int LONGEST_NAME = 128;
    private static final int LONGEST_NUMBER = 10;
    private static final String RESERVED = "stats";
    private static final String EXPECTED_NAME =
            "a name of 1 to 128 letters, digits, '.', '_' and '-' that starts with a letter or digit"
                    + " and is not 'stats'";
    private static final String EXPECTED_VERSION = "a version from 1 to 2147483647, or a label";

    private ModelReference() {}

    static String model(JsonInput in) {
        var name = in.requireString(ErrorCode.MALFORMED_REQUEST, "a model's name, a string");
        if (!isName(name) || name.equals(RESERVED)) {
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
                version.chars().allMatch(ModelReference::isDigit)
                        ? isNumber(version)
                        : isName(version);
        if (!valid) {
            throw in.wrong(ErrorCode.INVALID_PARAMETER, EXPECTED_VERSION);
        }
        return version;
    }

    /// @param digits and nothing else
    private static boolean isNumber(String digits) {
        return !digits.isEmpty()
                && digits.length() <= LONGEST_NUMBER
                && digits.charAt(0) != '0'
                && Long.parseLong(digits) <= Integer.MAX_VALUE;
    }

    private static boolean isName(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME || !isAlphanumeric(name.charAt(0))) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isAlphanumeric(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }
}
