package io.matih.inference.server.json;

import com.fasterxml.jackson.annotation.Nulls;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.LogicalType;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// Reads and writes the control routes' bodies. Nothing is coerced, unknown fields are errors.
public final class JsonBody {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER = 100;
    private static final int MAX_STRING = 1 << 20;
    private static final int MAX_NAME = 1 << 10;
    private static final JsonFactory FACTORY = strict();
    private static final JsonMapper MAPPER = mapper();

    private JsonBody() {}

    /// @param future fields, as paths, that a later version understands: 501, naming them
    /// @throws ServingException `MALFORMED_JSON`, `JSON_LIMIT`, `MALFORMED_REQUEST`, `UNSUPPORTED`
    public static <T> T read(byte[] body, Class<T> type, Set<String> future) {
        if (body.length == 0) {
            throw malformed("body", "the body is empty", "a JSON object");
        }
        try {
            var value = MAPPER.readValue(body, type);
            if (value == null) {
                throw malformed("body", "the body is null", "a JSON object");
            }
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw unknownField(e, future);
        } catch (MismatchedInputException e) {
            throw mismatch(e);
        } catch (JacksonException e) {
            throw refused(e);
        }
    }

    /// For what is read token by token, as strictly as the rest.
    public static JsonFactory factory() {
        return FACTORY;
    }

    /// What the parser's failure means for the client.
    public static ServingException refused(JacksonException failure) {
        return switch (failure) {
            case StreamConstraintsException e ->
                    new ServingException(
                            ErrorCode.JSON_LIMIT,
                            "the body exceeds a limit of JSON: nesting %d, numbers %d characters, strings %d, names %d"
                                    .formatted(MAX_DEPTH, MAX_NUMBER, MAX_STRING, MAX_NAME),
                            e);
            case StreamReadException e ->
                    new ServingException(
                            ErrorCode.MALFORMED_JSON,
                            "the body is not JSON: %s at line %d, column %d"
                                    .formatted(
                                            firstLine(e.getOriginalMessage()),
                                            e.getLocation().getLineNr(),
                                            e.getLocation().getColumnNr()),
                            e);
            default ->
                    new ServingException(
                            ErrorCode.MALFORMED_REQUEST, "the body could not be read", failure);
        };
    }

    /// What `write` would write, for whoever puts more beside it.
    public static ObjectNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    private static ServingException unknownField(
            UnrecognizedPropertyException e, Set<String> future) {
        var path = path(e);
        if (future.contains(path.replaceAll("\\[\\d+]", ""))) {
            return new ServingException(
                    ErrorCode.UNSUPPORTED,
                    "%s is not supported by this version".formatted(path),
                    new ErrorDetail(path, "absent", null));
        }
        var known =
                e.getKnownPropertyIds() == null
                        ? ""
                        : e.getKnownPropertyIds().stream()
                                .map(Object::toString)
                                .sorted()
                                .collect(Collectors.joining(", "));
        return new ServingException(
                ErrorCode.MALFORMED_REQUEST,
                "unknown field %s; known here: %s".formatted(path, known),
                new ErrorDetail(path, known, null));
    }

    private static ServingException mismatch(MismatchedInputException e) {
        var path = path(e);
        var expected = expected(e.getTargetType());
        if (e.getOriginalMessage().startsWith("Missing required")) {
            return malformed(path, path + " is missing", "required");
        }
        return malformed(path, "%s must be %s".formatted(path, expected), expected);
    }

    private static ServingException malformed(String field, String message, String expected) {
        return new ServingException(
                ErrorCode.MALFORMED_REQUEST, message, new ErrorDetail(field, expected, null));
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "of another form";
        }
        if (type == String.class) {
            return "a string";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (type == Integer.class || type == int.class || type == Long.class) {
            return "an integer";
        }
        if (java.util.Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return "an object";
    }

    private static String path(MismatchedInputException e) {
        var path = new StringBuilder();
        for (var step : e.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".")
                        .append(ServingException.clip(step.getPropertyName()));
            }
        }
        return path.isEmpty() ? "body" : path.toString();
    }

    private static String firstLine(@Nullable String message) {
        var text = message == null ? "" : message.lines().findFirst().orElse("");
        int classNames = text.indexOf(" (");
        return ServingException.clip(classNames < 0 ? text : text.substring(0, classNames))
                .toLowerCase(Locale.ROOT);
    }

    private static JsonFactory strict() {
        return JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_DEPTH)
                                .maxNumberLength(MAX_NUMBER)
                                .maxStringLength(MAX_STRING)
                                .maxNameLength(MAX_NAME)
                                .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    private static JsonMapper mapper() {
        return JsonMapper.builder(FACTORY)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .changeDefaultNullHandling(nulls -> nulls.withContentNulls(Nulls.FAIL))
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        config ->
                                config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                        .setCoercion(
                                                CoercionInputShape.Boolean, CoercionAction.Fail))
                .build();
    }
}
