package io.matih.inference.server.cli;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.util.List;

/// Reads `--features`: `x=sl,sw,pl,pw`, once an input, or one JSON object of lists.
final class FeatureArgument {
    private static final String OPTION = "--features";

    private FeatureArgument() {}

    static JsonNode read(List<String> given, Path workingFolder) {
        var first = given.getFirst().strip();
        if (given.size() == 1 && (first.startsWith("{") || first.startsWith("@"))) {
            return JsonArgument.read(first, OPTION, workingFolder);
        }
        var features = JsonArgument.JSON.createObjectNode();
        for (var text : given) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new UsageException(
                        "%s is '%s': expected INPUT=COLUMN,COLUMN,…".formatted(OPTION, text));
            }
            var columns = features.putArray(text.substring(0, equals));
            for (var column : text.substring(equals + 1).split(",", -1)) {
                columns.add(column.strip());
            }
        }
        return features;
    }
}
