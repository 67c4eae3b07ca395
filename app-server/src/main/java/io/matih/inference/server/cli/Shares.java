package io.matih.inference.server.cli;

import tools.jackson.databind.JsonNode;

import java.util.StringJoiner;

/// Who answers under a name, in a line: `3 stable 90 %, 4 canary 10 %`.
final class Shares {
    private Shares() {}

    static String of(JsonNode variants) {
        var shares = new StringJoiner(", ");
        for (var variant : variants) {
            shares.add(
                    Printable.line(
                            "%s %s %s %%"
                                    .formatted(
                                            JsonFields.text(variant.path("version")),
                                            JsonFields.text(variant.path("label")),
                                            JsonFields.text(variant.path("weight")))));
        }
        return shares.toString();
    }
}
