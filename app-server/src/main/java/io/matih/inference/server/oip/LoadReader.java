package io.matih.inference.server.oip;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.json.JsonBody;

import tools.jackson.core.Base64Variants;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

import java.io.InputStream;

/// Reads the body of a load as it comes in: its files may be larger than memory, so each goes to
/// the disk while its base64 is read. For one request.
final class LoadReader {
    private static final String PARAMETERS = "parameters";

    private final LoadParameters parameters;

    /// @param parameters take what is read
    LoadReader(LoadParameters parameters) {
        this.parameters = parameters;
    }

    /// @param body may be empty
    /// @throws ServingException `MALFORMED_JSON`, `JSON_LIMIT`, `MALFORMED_REQUEST`,
    ///   `INVALID_PARAMETER`, `MODEL_TOO_LARGE` and what reading a body throws
    void read(InputStream body) {
        try (var json = JsonBody.factory().createParser(ObjectReadContext.empty(), body)) {
            if (json.nextToken() != null) {
                request(json);
                requireEnd(json);
            }
        } catch (JacksonException e) {
            throw JsonBody.refused(e);
        }
    }

    private void request(JsonParser json) {
        requireObject(json, "the body");
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = json.currentName();
            if (!name.equals(PARAMETERS)) {
                throw malformed(name, PARAMETERS, "a field '%s'".formatted(clip(name)));
            }
            if (json.nextToken() != JsonToken.VALUE_NULL) {
                parameters(json);
            }
        }
    }

    private void parameters(JsonParser json) {
        requireObject(json, PARAMETERS);
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = json.currentName();
            boolean file = LoadParameters.isFile(name);
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw malformed(PARAMETERS + "." + name, "a string", "something else");
            }
            if (file) {
                file(json, name);
            } else {
                parameters.config(json.getString());
            }
        }
    }

    private void file(JsonParser json, String name) {
        try {
            parameters.file(
                    name, target -> json.readBinaryValue(Base64Variants.MIME_NO_LINEFEEDS, target));
        } catch (UnexpectedEndOfInputException e) {
            throw e;
        } catch (StreamReadException e) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "%s.%s: the string is not base64".formatted(PARAMETERS, clip(name)),
                    e);
        }
    }

    private static void requireObject(JsonParser json, String field) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(field, "an object", "something else");
        }
    }

    private static void requireEnd(JsonParser json) {
        if (json.nextToken() != null) {
            throw new ServingException(
                    ErrorCode.MALFORMED_JSON, "something follows the request's object");
        }
    }

    private static ServingException malformed(String field, String expected, String actual) {
        return new ServingException(
                ErrorCode.MALFORMED_REQUEST,
                "%s: expected %s, got %s".formatted(clip(field), expected, actual),
                new ErrorDetail(clip(field), expected, actual));
    }

    private static String clip(String text) {
        return ServingException.clip(text);
    }
}
