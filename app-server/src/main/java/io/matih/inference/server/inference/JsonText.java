package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import java.nio.charset.StandardCharsets;

/// The bytes of a body, with what error messages say about places in them.
///
/// @param bytes not changed while they are read
/// @param start of the body
/// @param end the byte behind the body
@SuppressWarnings("ArrayRecordComponent")
record JsonText(byte[] bytes, int start, int end) {
    private static final int AROUND = 16;

    boolean isBlank() {
        return JsonScanner.skipSpace(bytes, start, end) == end;
    }

    /// @throws ServingException `MALFORMED_JSON`
    void requireUtf8() {
        if (startsWith(0xEF, 0xBB, 0xBF) || startsWith(0xFE, 0xFF) || startsWith(0xFF, 0xFE)) {
            throw malformed("the body starts with a byte order mark; send UTF-8 without one");
        }
        for (int i = start; i < Math.min(start + 4, end); i++) {
            if (bytes[i] == 0) {
                throw malformed("the body looks like UTF-16 or UTF-32; send UTF-8");
            }
        }
        int invalid = Utf8.firstInvalid(bytes, start, end);
        if (invalid < end) {
            throw malformed(
                    "not UTF-8 at %s: byte 0x%02X".formatted(place(invalid), bytes[invalid]));
        }
    }

    /// `line 3, column 7`, both from 1; columns count characters.
    String place(int offset) {
        int line = 1;
        int column = 1;
        for (int i = start; i < Math.min(offset, end); i++) {
            if (bytes[i] == '\n') {
                line++;
                column = 1;
            } else if ((bytes[i] & 0xC0) != 0x80) {
                column++;
            }
        }
        return "line %d, column %d".formatted(line, column);
    }

    /// The text around a place.
    String around(int offset) {
        int from = Math.max(start, Math.min(offset, end) - AROUND);
        int to = Math.min(end, offset + AROUND);
        while (from < to && (bytes[from] & 0xC0) == 0x80) {
            from++;
        }
        while (to < end && to > from && (bytes[to] & 0xC0) == 0x80) {
            to--;
        }
        return ServingException.clip(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    /// What is no JSON, or text where none is allowed.
    ///
    /// @param path of the value, empty for the body
    ServingException malformed(String message, int offset, String path) {
        return new ServingException(
                ErrorCode.MALFORMED_JSON,
                "%s at %s%s, near '%s'".formatted(message, place(offset), in(path), around(offset)),
                new ErrorDetail(path, null, around(offset)));
    }

    /// What is larger than allowed.
    ServingException beyondLimit(String what, int offset, String path) {
        return new ServingException(
                ErrorCode.JSON_LIMIT, "%s at %s%s".formatted(what, place(offset), in(path)));
    }

    private static String in(String path) {
        return path.isEmpty() ? "" : " in " + path;
    }

    private boolean startsWith(int... prefix) {
        if (end - start < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes[start + i] & 0xFF) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static ServingException malformed(String message) {
        return new ServingException(ErrorCode.MALFORMED_JSON, message);
    }
}
