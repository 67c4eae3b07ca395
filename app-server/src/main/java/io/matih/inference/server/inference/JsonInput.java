package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/// The tokens of one JSON value, one after the other, and errors that say where they are. One
/// thread. It always stands at a token: a value reader starts at its value's first token and ends
/// at its last.
public final class JsonInput {
    private final JsonSource source;
    private final JsonText text;
    private final JsonMark mark;
    private final JsonScanner scanner;
    private final JsonNesting nesting;
    private JsonToken token;

    /// @param scanner has not moved yet
    JsonInput(JsonSource source, JsonText text, JsonMark mark, JsonScanner scanner) {
        this.source = source;
        this.text = text;
        this.mark = mark;
        this.scanner = scanner;
        nesting = scanner.nesting();
        token = scanner.next();
    }

    public JsonToken token() {
        return token;
    }

    public boolean isNull() {
        return token == JsonToken.VALUE_NULL;
    }

    public JsonToken next() {
        token = scanner.next();
        return token;
    }

    /// Moves to the next element of the array in which the current value is, if that is a number,
    /// and else stays. It saves the way through `next` for what most bodies consist of.
    ///
    /// @return whether it moved
    boolean nextNumber() {
        if (!scanner.nextNumber()) {
            return false;
        }
        token =
                scanner.number().isInteger()
                        ? JsonToken.VALUE_NUMBER_INT
                        : JsonToken.VALUE_NUMBER_FLOAT;
        return true;
    }

    /// Moves to the last token of the current value.
    public void skip() {
        if (token.isStart()) {
            int outside = nesting.depth() - 1;
            while (nesting.depth() > outside) {
                next();
            }
        }
    }

    /// Skips the current value, whose syntax is checked, to read it later.
    JsonMark skipMarked() {
        int start = scanner.start();
        var path = path();
        skip();
        return new JsonMark(start, scanner.end(), path);
    }

    /// The current value, without moving.
    JsonMark here() {
        return new JsonMark(scanner.start(), mark.end(), path());
    }

    <T> T reopen(JsonMark other, Function<JsonInput, T> reader) {
        return reader.apply(source.open(text, other));
    }

    /// Bytes from the current token to the end, which nothing that follows can exceed.
    int remaining() {
        return mark.end() - scanner.start();
    }

    void requireEnd() {
        if (!scanner.atEnd()) {
            throw malformed("something follows the request");
        }
    }

    /// The current field name or string, which is text: no U+0000, no half of a surrogate pair.
    public String text() {
        var string = string();
        if (string.indexOf(0) >= 0) {
            throw malformed("U+0000 is allowed in BYTES data only");
        }
        return string;
    }

    /// The current field name or string as UTF-8; U+0000 may be in it.
    byte[] utf8() {
        return string().getBytes(StandardCharsets.UTF_8);
    }

    /// Whether the current field name or string is written just like this. Escapes and what is not
    /// ASCII are left to `text`.
    boolean isPlain(String ascii) {
        return scanner.isPlain(ascii);
    }

    /// The characters of the current token, unchecked.
    String raw() {
        return scanner.characters();
    }

    /// The current number.
    JsonNumber number() {
        return scanner.number();
    }

    public String requireString(ErrorCode code, String expected) {
        if (token != JsonToken.VALUE_STRING) {
            throw wrong(code, expected);
        }
        return text();
    }

    public boolean requireBoolean(ErrorCode code) {
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw wrong(code, "true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    public long requireLong(ErrorCode code, long min, long max, String expected) {
        if (token != JsonToken.VALUE_NUMBER_INT || !number().fitsLong()) {
            throw wrong(code, expected);
        }
        long value = number().longValue();
        if (value < min || value > max) {
            throw wrong(code, expected);
        }
        return value;
    }

    public void requireArray(ErrorCode code, String expected) {
        if (token != JsonToken.START_ARRAY) {
            throw wrong(code, expected);
        }
    }

    /// Where the current value is: `inputs[0].data[2]`.
    public String path() {
        return nesting.path(mark.path(), level());
    }

    /// Where the array or object is that holds the current value.
    String holderPath() {
        return nesting.path(mark.path(), Math.max(0, level() - 1));
    }

    /// The current value as messages show it.
    String shown() {
        return switch (token) {
            case START_ARRAY, END_ARRAY -> "an array";
            case START_OBJECT, END_OBJECT -> "an object";
            case VALUE_STRING -> "\"" + ServingException.clip(raw()) + "\"";
            default -> ServingException.clip(raw());
        };
    }

    /// The current value is not what it should be.
    public ServingException wrong(ErrorCode code, String expected) {
        return wrong(code, path(), expected, shown());
    }

    static ServingException wrong(ErrorCode code, String path, String expected, String actual) {
        var where = path.isEmpty() ? "the body" : path;
        return new ServingException(
                code,
                "%s: expected %s, got %s".formatted(where, expected, actual),
                new ErrorDetail(path, expected, actual));
    }

    ServingException malformed(String message) {
        return text.malformed(message, scanner.start(), path());
    }

    /// Levels around the current value, itself not counted.
    private int level() {
        return token.isStart() ? nesting.depth() - 1 : nesting.depth();
    }

    private String string() {
        var string = raw();
        for (int i = 0; i < string.length(); i++) {
            if (Character.isSurrogate(string.charAt(i))) {
                requirePair(string, i++);
            }
        }
        return string;
    }

    private void requirePair(String string, int at) {
        if (at + 1 == string.length()
                || !Character.isSurrogatePair(string.charAt(at), string.charAt(at + 1))) {
            throw malformed("half of a surrogate pair");
        }
    }
}
