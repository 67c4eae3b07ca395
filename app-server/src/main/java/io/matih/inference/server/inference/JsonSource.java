package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

import java.util.function.Function;

/// Opens request bodies as strict JSON: RFC 8259 and nothing beside it, in UTF-8 without a byte
/// order mark, within limits. Any thread.
public final class JsonSource {
    private final JsonFactory factory;

    public JsonSource(InferenceLimits limits) {
        factory =
                JsonFactory.builder()
                        .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                        .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(limits.maxDepth())
                                        .maxNumberLength(limits.maxNumberLength())
                                        .maxStringLength(limits.maxStringLength())
                                        .maxNameLength(limits.maxNameLength())
                                        .build())
                        .build();
    }

    /// Reads a whole body.
    ///
    /// @param reader starts at the first token and ends at the last one of the same value
    /// @throws ServingException `MALFORMED_REQUEST` for an empty body, `MALFORMED_JSON`,
    ///   `JSON_LIMIT`, and what `reader` throws
    public <T> T read(byte[] body, Function<JsonInput, T> reader) {
        var text = new JsonText(body);
        text.requireUtf8();
        if (text.isBlank()) {
            throw new ServingException(
                    ErrorCode.MALFORMED_REQUEST, "the body is empty; expected a JSON object");
        }
        return read(
                text,
                new JsonMark(0, body.length, ""),
                input -> {
                    var value = reader.apply(input);
                    input.requireEnd();
                    return value;
                });
    }

    /// Reads one value of a body again.
    <T> T read(JsonText text, JsonMark mark, Function<JsonInput, T> reader) {
        try (var parser =
                factory.createParser(
                        ObjectReadContext.empty(),
                        text.bytes(),
                        mark.start(),
                        mark.end() - mark.start())) {
            var input = new JsonInput(this, text, mark, parser);
            try {
                input.next();
                return reader.apply(input);
            } catch (JacksonException e) {
                throw input.translate(e);
            }
        }
    }
}
