package io.matih.inference.server.inference;

import java.nio.charset.StandardCharsets;

/// What stands between the quotes of a JSON string, whose syntax has been checked (RFC 8259, 7).
final class JsonStrings {
    private static final int UNICODE_ESCAPE = "\\u0000".length();
    private static final int SHORT_ESCAPE = "\\n".length();

    private JsonStrings() {}

    /// The characters, escapes resolved. They may hold halves of surrogate pairs.
    static String decode(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\\') {
            at++;
        }
        if (at == to) {
            return utf8(bytes, from, to);
        }
        var text = new StringBuilder(to - from);
        int plain = from;
        while (at < to) {
            if (bytes[at] == '\\') {
                text.append(utf8(bytes, plain, at));
                text.append(escaped(bytes, at));
                at += escapeLength(bytes, at);
                plain = at;
            } else {
                at++;
            }
        }
        return text.append(utf8(bytes, plain, to)).toString();
    }

    /// How many characters `decode` gives.
    static int length(byte[] bytes, int from, int to) {
        int length = 0;
        for (int at = from; at < to; ) {
            int first = bytes[at] & 0xFF;
            if (first == '\\') {
                length++;
                at += escapeLength(bytes, at);
            } else {
                length += first >= 0xF0 ? 2 : (first & 0xC0) == 0x80 ? 0 : 1;
                at++;
            }
        }
        return length;
    }

    /// The byte behind the escape that starts at a backslash, or the complement of where it goes
    /// wrong.
    static int escapeEnd(byte[] bytes, int at, int to) {
        if (at + 1 >= to) {
            return ~to;
        }
        return switch (bytes[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + SHORT_ESCAPE;
            case 'u' -> unicodeEnd(bytes, at, to);
            default -> ~(at + 1);
        };
    }

    private static int unicodeEnd(byte[] bytes, int at, int to) {
        for (int i = at + 2; i < at + UNICODE_ESCAPE; i++) {
            if (i >= to || Character.digit(bytes[i], 16) < 0) {
                return ~Math.min(i, to);
            }
        }
        return at + UNICODE_ESCAPE;
    }

    private static int escapeLength(byte[] bytes, int at) {
        return bytes[at + 1] == 'u' ? UNICODE_ESCAPE : SHORT_ESCAPE;
    }

    private static char escaped(byte[] bytes, int at) {
        return switch (bytes[at + 1]) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                int value = 0;
                for (int i = at + 2; i < at + UNICODE_ESCAPE; i++) {
                    value = value << 4 | Character.digit(bytes[i], 16);
                }
                yield (char) value;
            }
            default -> (char) bytes[at + 1];
        };
    }

    private static String utf8(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
