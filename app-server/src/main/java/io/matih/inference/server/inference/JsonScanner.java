package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Takes the tokens of one JSON value from its bytes, by RFC 8259 and nothing beside it. The bytes
/// are known to be UTF-8. One thread.
final class JsonScanner {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final JsonText text;
    private final JsonMark mark;
    private final InferenceLimits limits;
    private final byte[] bytes;
    private final int limit;
    private final JsonNesting nesting;
    private final JsonNumber number;
    private @Nullable JsonToken token;
    private int start;
    private int end;

    JsonScanner(JsonText text, JsonMark mark, InferenceLimits limits) {
        this.text = text;
        this.mark = mark;
        this.limits = limits;
        bytes = text.bytes();
        limit = mark.end();
        nesting = new JsonNesting(bytes);
        number = new JsonNumber(bytes, limit);
        start = mark.start();
        end = start;
    }

    /// The first byte of the current token; of a name or string its quote.
    int start() {
        return start;
    }

    /// The byte behind the current token.
    int end() {
        return end;
    }

    JsonNesting nesting() {
        return nesting;
    }

    /// What the current token says where it is a number.
    JsonNumber number() {
        return number;
    }

    /// The current token as it is meant: a name or string without its quotes and escapes.
    String characters() {
        int quote = isString() ? 1 : 0;
        return JsonStrings.decode(bytes, start + quote, end - quote);
    }

    /// Whether the current name or string is written just like this, without any escape.
    boolean isPlain(String ascii) {
        return end - start == ascii.length() + 2 && startsWith(ascii, start + 1);
    }

    JsonToken next() {
        var last = token;
        int at = skipSpace(bytes, end, limit);
        if (last == null) {
            return value(at);
        }
        if (last == JsonToken.PROPERTY_NAME) {
            if (byteAt(at) != ':') {
                throw notJson(at);
            }
            return value(skipSpace(bytes, at + 1, limit));
        }
        if (nesting.depth() == 0) {
            throw notJson(limit);
        }
        return last.isStart() ? first(at) : following(at);
    }

    /// Moves to the next element of the array in which the current value is, if that is a number.
    ///
    /// @return whether it moved
    boolean nextNumber() {
        int at = end;
        if (at >= limit || bytes[at] != ',') {
            return false;
        }
        at = skipSpace(bytes, at + 1, limit);
        if (at == limit) {
            return false;
        }
        int behind = number.read(at);
        if (behind < 0 || behind - at > limits.maxNumberLength()) {
            return false;
        }
        nesting.nextElement();
        set(
                number.isInteger() ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_NUMBER_FLOAT,
                at,
                behind);
        return true;
    }

    /// Moves behind the space that follows the current token.
    ///
    /// @return whether that is the end
    boolean atEnd() {
        start = skipSpace(bytes, end, limit);
        end = start;
        return start == limit;
    }

    static int skipSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to
                && bytes[at] <= ' '
                && (bytes[at] == ' '
                        || bytes[at] == '\n'
                        || bytes[at] == '\r'
                        || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private JsonToken first(int at) {
        if (byteAt(at) == (nesting.inArray() ? ']' : '}')) {
            return close(at);
        }
        return member(at);
    }

    private JsonToken following(int at) {
        int c = byteAt(at);
        if (c == ',') {
            return member(skipSpace(bytes, at + 1, limit));
        }
        if (c == (nesting.inArray() ? ']' : '}')) {
            return close(at);
        }
        throw notJson(at);
    }

    private JsonToken close(int at) {
        var ended = nesting.inArray() ? JsonToken.END_ARRAY : JsonToken.END_OBJECT;
        nesting.close();
        return set(ended, at, at + 1);
    }

    private JsonToken member(int at) {
        if (nesting.inArray()) {
            nesting.nextElement();
            return value(at);
        }
        if (byteAt(at) != '"') {
            throw notJson(at);
        }
        int behind = stringEnd(at);
        if (behind - at - 2 > limits.maxNameLength()) {
            throw beyondLimit("a field name longer than %d bytes", limits.maxNameLength(), at);
        }
        nesting.nextField(at + 1, behind - 1);
        return set(JsonToken.PROPERTY_NAME, at, behind);
    }

    private JsonToken value(int at) {
        return switch (byteAt(at)) {
            case '"' -> string(at);
            case '[' -> {
                requireRoom(at);
                nesting.openArray();
                yield set(JsonToken.START_ARRAY, at, at + 1);
            }
            case '{' -> {
                requireRoom(at);
                nesting.openObject();
                yield set(JsonToken.START_OBJECT, at, at + 1);
            }
            case 't' -> literal(JsonToken.VALUE_TRUE, "true", at);
            case 'f' -> literal(JsonToken.VALUE_FALSE, "false", at);
            case 'n' -> literal(JsonToken.VALUE_NULL, "null", at);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(at);
            default -> throw notJson(at);
        };
    }

    private JsonToken number(int at) {
        int behind = number.read(at);
        if ((behind < 0 ? ~behind : behind) - at > limits.maxNumberLength()) {
            throw beyondLimit("a number longer than %d characters", limits.maxNumberLength(), at);
        }
        if (behind < 0) {
            throw notJson(~behind);
        }
        return set(
                number.isInteger() ? JsonToken.VALUE_NUMBER_INT : JsonToken.VALUE_NUMBER_FLOAT,
                at,
                behind);
    }

    private JsonToken string(int at) {
        int behind = stringEnd(at);
        int most = limits.maxStringLength();
        if (behind - at - 2 > most && JsonStrings.length(bytes, at + 1, behind - 1) > most) {
            throw beyondLimit("a string longer than %d characters", most, at);
        }
        return set(JsonToken.VALUE_STRING, at, behind);
    }

    private JsonToken literal(JsonToken literal, String word, int at) {
        for (int i = 0; i < word.length(); i++) {
            if (byteAt(at + i) != word.charAt(i)) {
                throw notJson(at + i);
            }
        }
        return set(literal, at, at + word.length());
    }

    /// The byte behind the string that starts at a quote.
    private int stringEnd(int quote) {
        int at = quote + 1;
        while (true) {
            while (at + Long.BYTES <= limit && isPlain((long) LONG.get(bytes, at))) {
                at += Long.BYTES;
            }
            int c = byteAt(at);
            if (c == '"') {
                return at + 1;
            }
            if (c == '\\') {
                at = JsonStrings.escapeEnd(bytes, at, limit);
                if (at < 0) {
                    throw notJson(~at);
                }
            } else if (c < ' ') {
                throw notJson(at);
            } else {
                at++;
            }
        }
    }

    /// Whether eight bytes hold no quote, no backslash and nothing below the space.
    private static boolean isPlain(long chunk) {
        long quotes = chunk ^ (ONES * '"');
        long backslashes = chunk ^ (ONES * '\\');
        long found =
                ((quotes - ONES) & ~quotes)
                        | ((backslashes - ONES) & ~backslashes)
                        | ((chunk - ONES * ' ') & ~chunk);
        return (found & HIGH_BITS) == 0;
    }

    private void requireRoom(int at) {
        if (nesting.depth() == limits.maxDepth()) {
            throw beyondLimit("nested deeper than %d levels", limits.maxDepth(), at);
        }
    }

    private boolean isString() {
        return token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME;
    }

    private boolean startsWith(String ascii, int from) {
        for (int i = 0; i < ascii.length(); i++) {
            if (bytes[from + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private JsonToken set(JsonToken next, int from, int to) {
        token = next;
        start = from;
        end = to;
        return next;
    }

    private int byteAt(int at) {
        if (at >= limit) {
            throw notJson(limit);
        }
        return bytes[at] & 0xFF;
    }

    /// What stands at `at` cannot stand there.
    private ServingException notJson(int at) {
        return text.malformed(at < limit ? "not JSON" : "the body ends too early", at, path());
    }

    private ServingException beyondLimit(String message, int most, int at) {
        return text.beyondLimit(message.formatted(most), at, path());
    }

    private String path() {
        return nesting.path(mark.path(), nesting.depth());
    }
}
