package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.util.function.Function;

/// Opens request bodies as strict JSON: RFC 8259 and nothing beside it, in UTF-8 without a byte
/// order mark, within limits. Any thread.
public final class JsonSource {
    private final InferenceLimits limits;

    public JsonSource(InferenceLimits limits) {
        this.limits = limits;
    }

    /// Reads a whole body.
    ///
    /// @param body not changed until this returns, and not kept
    /// @param reader starts at the first token and ends at the last one of the same value
    /// @throws ServingException `MALFORMED_REQUEST` for an empty body, `MALFORMED_JSON`,
    ///   `JSON_LIMIT`, and what `reader` throws
    public <T> T read(byte[] body, int offset, int length, Function<JsonInput, T> reader) {
        var text = new JsonText(body, offset, offset + length);
        text.requireUtf8();
        if (text.isBlank()) {
            throw new ServingException(
                    ErrorCode.MALFORMED_REQUEST, "the body is empty; expected a JSON object");
        }
        var input = open(text, new JsonMark(text.start(), text.end(), ""));
        var value = reader.apply(input);
        input.requireEnd();
        return value;
    }

    /// Stands at the first token of one value of a body.
    JsonInput open(JsonText text, JsonMark mark) {
        return new JsonInput(this, text, mark, new JsonScanner(text, mark, limits));
    }
}
