package io.matih.inference.server.error;

import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// The JSON of an error. `error` is a string beside `code`, because that is the key the clients of
/// the Open Inference Protocol read.
final class ErrorBody {
    private static final JsonFactory JSON = new JsonFactory();

    private ErrorBody() {}

    static byte[] write(
            ServingException failure, int status, String requestId, @Nullable Duration retryAfter) {
        var bytes = new ByteArrayOutputStream(256);
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeStringProperty("error", wellFormed(failure.getMessage()));
            json.writeStringProperty("code", failure.code().name());
            json.writeNumberProperty("status", status);
            json.writeStringProperty("request_id", requestId);
            json.writeArrayPropertyStart("details");
            failure.details().forEach(detail -> write(detail, json));
            json.writeEndArray();
            if (retryAfter == null) {
                json.writeNullProperty("retry_after_ms");
            } else {
                json.writeNumberProperty("retry_after_ms", retryAfter.toMillis());
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void write(ErrorDetail detail, JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("field", wellFormed(detail.field()));
        json.writeName("expected");
        write(detail.expected(), json);
        json.writeName("actual");
        write(detail.actual(), json);
        json.writeEndObject();
    }

    private static void write(@Nullable String text, JsonGenerator json) {
        if (text == null) {
            json.writeNull();
        } else {
            json.writeString(wellFormed(text));
        }
    }

    /// A lone surrogate has no UTF-8 form and would stop the generator in the middle of an answer.
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
