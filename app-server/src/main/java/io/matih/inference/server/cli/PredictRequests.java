package io.matih.inference.server.cli;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes the request of what people type: whole requests stay as they are, rows become `instances`.
final class PredictRequests {
    private PredictRequests() {}

    static ObjectNode of(String model, JsonNode data) {
        var request = JsonArgument.JSON.createObjectNode().put("model", model);
        return switch (data) {
            case ObjectNode object when object.has("inputs") || object.has("instances") -> {
                request.setAll(object);
                yield request.put("model", model);
            }
            case ObjectNode row -> {
                request.putArray("instances").add(row);
                yield request;
            }
            case ArrayNode rows when isRows(rows) -> {
                request.set("instances", rows);
                yield request;
            }
            case ArrayNode row when !row.isEmpty() -> {
                request.putArray("instances").add(row);
                yield request;
            }
            default ->
                    throw new UsageException(
                            "the data has no rows: expected [[…]], one row […], or an object");
        };
    }

    private static boolean isRows(ArrayNode rows) {
        return !rows.isEmpty() && (rows.get(0).isArray() || rows.get(0).isObject());
    }

    static ObjectNode parameters(ObjectNode request) {
        return request.get("parameters") instanceof ObjectNode parameters
                ? parameters
                : request.putObject("parameters");
    }
}
