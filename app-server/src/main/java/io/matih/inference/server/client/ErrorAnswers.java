package io.matih.inference.server.client;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.ArrayList;
import java.util.List;

/// Reads the JSON that every route answers when it refuses: `error`, `code`, `request_id`,
/// `details`, `retry_after_ms`.
final class ErrorAnswers {
    private ErrorAnswers() {}

    static ClientException read(JsonMapper json, int status, String body) {
        JsonNode error;
        try {
            error = json.readTree(body);
        } catch (JacksonException e) {
            return ClientException.notOurs(status, body);
        }
        var message = text(error, "error");
        if (message == null) {
            return ClientException.notOurs(status, body);
        }
        var code = text(error, "code");
        return new ClientException(
                status,
                code == null ? "HTTP_" + status : code,
                message,
                text(error, "request_id"),
                details(error.path("details")),
                millis(error.path("retry_after_ms")),
                body);
    }

    private static List<ClientException.Detail> details(JsonNode nodes) {
        var details = new ArrayList<ClientException.Detail>();
        for (var node : nodes) {
            var field = text(node, "field");
            details.add(
                    new ClientException.Detail(
                            field == null ? "" : field,
                            text(node, "expected"),
                            text(node, "actual")));
        }
        return details;
    }

    private static @Nullable Long millis(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : null;
    }

    private static @Nullable String text(JsonNode node, String field) {
        var value = node.path(field);
        return value.isString() ? value.stringValue() : null;
    }
}
