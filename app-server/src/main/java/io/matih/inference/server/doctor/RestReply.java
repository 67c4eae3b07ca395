package io.matih.inference.server.doctor;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// An answer over REST, its content encoding undone.
final class RestReply {
    static final JsonMapper JSON = JsonMapper.builder().build();
    static final String HEADER_LENGTH = "Inference-Header-Content-Length";
    private static final int MOST_SHOWN = 160;

    private final int status;
    private final HttpHeaders headers;
    private final byte[] body;

    RestReply(int status, HttpHeaders headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    HttpHeaders headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    RestReply requireOk() {
        Checks.require(status == 200, "expected status 200, got %d: %s".formatted(status, shown()));
        return this;
    }

    /// What clients of Triton read of a failure: the status, and a string `error`.
    void requireError(int... statuses) {
        Checks.require(
                Arrays.stream(statuses).anyMatch(wanted -> wanted == status),
                "expected status %s, got %d: %s"
                        .formatted(Arrays.toString(statuses), status, shown()));
        var error = json().get("error");
        Checks.require(
                error != null && error.isString() && !error.stringValue().isBlank(),
                "the body has no string 'error': " + shown());
    }

    JsonNode json() {
        return json(body);
    }

    /// The JSON in front of binary tensors, or the whole.
    JsonNode head() {
        int length = binaryHeaderLength();
        return json(length < 0 ? body : Arrays.copyOf(body, length));
    }

    /// Where binary tensors begin; -1 where there are none.
    int binaryHeaderLength() {
        var text = headers.firstValue(HEADER_LENGTH).orElse(null);
        if (text == null) {
            return -1;
        }
        Checks.require(
                text.matches("\\d{1,9}") && Integer.parseInt(text) <= body.length,
                "%s is '%s' for a body of %d bytes".formatted(HEADER_LENGTH, text, body.length));
        return Integer.parseInt(text);
    }

    private JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (JacksonException e) {
            throw new BrokenClauseException("the body is not JSON: " + shown());
        }
    }

    String shown() {
        var text = new String(body, StandardCharsets.UTF_8);
        return text.isEmpty()
                ? "(empty)"
                : text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text;
    }

    /// A field that must be a string.
    static String text(JsonNode node, String field) {
        var value = node.get(field);
        Checks.require(
                value != null && value.isString(),
                "'%s' is no string but %s".formatted(field, show(value)));
        return value == null ? "" : value.stringValue();
    }

    static JsonNode array(JsonNode node, String field) {
        var value = node.get(field);
        Checks.require(
                value != null && value.isArray(),
                "'%s' is no array but %s".formatted(field, show(value)));
        return value == null ? node : value;
    }

    static long number(JsonNode node, String field) {
        var value = node.get(field);
        Checks.require(
                value != null && value.isIntegralNumber(),
                "'%s' is no whole number but %s".formatted(field, show(value)));
        return value == null ? 0 : value.longValue();
    }

    private static String show(@Nullable JsonNode value) {
        return value == null ? "absent" : value.toString();
    }
}
