package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.nio.charset.StandardCharsets;

/// The bytes of a body, with what error messages say about places in them.
///
/// @param bytes never changed
@SuppressWarnings("ArrayRecordComponent")
record JsonText(byte[] bytes) {
    private static final int AROUND = 16;

    boolean isBlank() {
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /// @throws ServingException `MALFORMED_JSON`
    void requireUtf8() {
        if (startsWith(0xEF, 0xBB, 0xBF) || startsWith(0xFE, 0xFF) || startsWith(0xFF, 0xFE)) {
            throw malformed("the body starts with a byte order mark; send UTF-8 without one");
        }
        for (int i = 0; i < Math.min(4, bytes.length); i++) {
            if (bytes[i] == 0) {
                throw malformed("the body looks like UTF-16 or UTF-32; send UTF-8");
            }
        }
        int invalid = Utf8.firstInvalid(bytes, 0, bytes.length);
        if (invalid < bytes.length) {
            throw malformed(
                    "not UTF-8 at %s: byte 0x%02X".formatted(place(invalid), bytes[invalid]));
        }
    }

    /// `line 3, column 7`, both from 1; columns count characters.
    String place(int offset) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < Math.min(offset, bytes.length); i++) {
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
        int from = Math.max(0, Math.min(offset, bytes.length) - AROUND);
        int to = Math.min(bytes.length, offset + AROUND);
        while (from < to && (bytes[from] & 0xC0) == 0x80) {
            from++;
        }
        while (to < bytes.length && to > from && (bytes[to] & 0xC0) == 0x80) {
            to--;
        }
        return ServingException.clip(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    private boolean startsWith(int... prefix) {
        if (bytes.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((bytes[i] & 0xFF) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static ServingException malformed(String message) {
        return new ServingException(ErrorCode.MALFORMED_JSON, message);
    }
}
