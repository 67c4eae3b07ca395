package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;

/// The tokens of one JSON value, one after the other, and errors that say where they are. One
/// thread. It always stands at a token: a value reader starts at its value's first token and ends
/// at its last.
public final class JsonInput {
    private final JsonSource source;
    private final JsonText text;
    private final JsonMark mark;
    private final JsonParser parser;
    private JsonToken token = JsonToken.NOT_AVAILABLE;

    JsonInput(JsonSource source, JsonText text, JsonMark mark, JsonParser parser) {
        this.source = source;
        this.text = text;
        this.mark = mark;
        this.parser = parser;
    }

    public JsonToken token() {
        return token;
    }

    public boolean isNull() {
        return token == JsonToken.VALUE_NULL;
    }

    public JsonToken next() {
        var next = parser.nextToken();
        if (next == null) {
            throw malformed("the body ends too early");
        }
        token = next;
        return next;
    }

    /// Moves to the last token of the current value.
    public void skip() {
        parser.skipChildren();
        parser.finishToken();
        token = parser.currentToken();
    }

    /// Skips the current value, whose syntax is checked, to read it later.
    JsonMark skipMarked() {
        int start = offset();
        var path = path();
        skip();
        return new JsonMark(
                start, mark.start() + (int) parser.currentLocation().getByteOffset(), path);
    }

    /// The current value, without moving.
    JsonMark here() {
        return new JsonMark(offset(), mark.end(), path());
    }

    <T> T reopen(JsonMark other, Function<JsonInput, T> reader) {
        return source.read(text, other, reader);
    }

    /// Bytes from the current token to the end, which nothing that follows can exceed.
    int remaining() {
        return mark.end() - offset();
    }

    void requireEnd() {
        if (parser.nextToken() != null) {
            throw malformed("something follows the request");
        }
    }

    /// The current field name or string, which is text: no U+0000, no half of a surrogate pair.
    public String text() {
        var string = parser.getString();
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == 0) {
                throw malformed("U+0000 is allowed in BYTES data only");
            }
            if (Character.isSurrogate(c)) {
                requirePair(c, i + 1 < string.length() ? string.charAt(i + 1) : 0);
                i++;
            }
        }
        return string;
    }

    /// Appends the current string as UTF-8.
    void encodeString(ElementBuffer target) {
        int offset = parser.getStringOffset();
        if (!target.putUtf8(parser.getStringCharacters(), offset, parser.getStringLength())) {
            throw malformed("half of a surrogate pair");
        }
    }

    /// The characters of the current token, unchecked.
    String raw() {
        return parser.getString();
    }

    /// Whether the current integer fits a `long`.
    boolean fitsLong() {
        return parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    }

    long longValue() {
        return parser.getLongValue();
    }

    BigInteger bigIntegerValue() {
        return parser.getBigIntegerValue();
    }

    /// The current number, rounded once; infinite where it is too large.
    float floatValue() {
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            return parser.getFloatValue();
        }
        if (!fitsLong()) {
            return Float.parseFloat(parser.getString());
        }
        long value = parser.getLongValue();
        return value == 0 && isNegative() ? -0.0f : (float) value;
    }

    /// The current number, rounded once; infinite where it is too large.
    double doubleValue() {
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            return parser.getDoubleValue();
        }
        if (!fitsLong()) {
            return Double.parseDouble(parser.getString());
        }
        long value = parser.getLongValue();
        return value == 0 && isNegative() ? -0.0 : (double) value;
    }

    private boolean isNegative() {
        return parser.getStringCharacters()[parser.getStringOffset()] == '-';
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
        if (token != JsonToken.VALUE_NUMBER_INT || !fitsLong()) {
            throw wrong(code, expected);
        }
        long value = longValue();
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
        return JsonPath.of(mark.path(), token, parser.streamReadContext());
    }

    /// Where the array or object is that holds the current value.
    String holderPath() {
        return JsonPath.ofHolder(mark.path(), token, parser.streamReadContext());
    }

    /// The current value as messages show it.
    String shown() {
        return switch (token) {
            case START_ARRAY, END_ARRAY -> "an array";
            case START_OBJECT, END_OBJECT -> "an object";
            case VALUE_STRING -> "\"" + ServingException.clip(parser.getString()) + "\"";
            default -> ServingException.clip(parser.getString());
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
        return malformed(message, offset(), path(), null);
    }

    ServingException translate(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            int here = mark.start() + (int) parser.currentLocation().getByteOffset();
            return new ServingException(
                    ErrorCode.JSON_LIMIT,
                    "%s at %s%s".formatted(limit(e), text.place(here), in(failedPath())),
                    e);
        }
        var location = e.getLocation();
        long offset = (location == null ? parser.currentLocation() : location).getByteOffset();
        return malformed("not JSON", mark.start() + (int) Math.max(0, offset), failedPath(), e);
    }

    private static String limit(JacksonException e) {
        var message = String.valueOf(e.getOriginalMessage());
        var limit = message.replaceAll("(?s).*maximum allowed \\((\\d+).*", "$1");
        if (message.startsWith("Document nesting")) {
            return "nested deeper than %s levels".formatted(limit);
        }
        if (message.startsWith("Number")) {
            return "a number longer than %s characters".formatted(limit);
        }
        if (message.startsWith("String")) {
            return "a string longer than %s characters".formatted(limit);
        }
        if (message.startsWith("Name")) {
            return "a field name longer than %s bytes".formatted(limit);
        }
        return "too much JSON";
    }

    private ServingException malformed(
            String message, int offset, String path, @Nullable Throwable cause) {
        return new ServingException(
                ErrorCode.MALFORMED_JSON,
                "%s at %s%s, near '%s'"
                        .formatted(message, text.place(offset), in(path), text.around(offset)),
                List.of(new ErrorDetail(path, null, text.around(offset))),
                null,
                cause);
    }

    /// Where the parser was when it gave up, which is past the current token.
    private String failedPath() {
        return JsonPath.ofFailure(mark.path(), parser.streamReadContext());
    }

    private static String in(String path) {
        return path.isEmpty() ? "" : " in " + path;
    }

    private int offset() {
        return mark.start() + (int) parser.currentTokenLocation().getByteOffset();
    }

    private void requirePair(char high, int low) {
        if (!Character.isHighSurrogate(high) || !Character.isLowSurrogate((char) low)) {
            throw malformed("half of a surrogate pair");
        }
    }
}
