package io.matih.inference.server.cli;

import tools.jackson.databind.JsonNode;

/// What a deploy's answer says about the model and its configuration, for people.
final class DeployNotes {
    private DeployNotes() {}

    static void print(String name, JsonNode deployment, Terminal terminal) {
        for (var finding : deployment.path("findings")) {
            boolean warning = JsonFields.text(finding.path("severity")).equals("WARNING");
            terminal.out()
                    .println(
                            "%s  %s: %s"
                                    .formatted(
                                            terminal.styled(
                                                    warning ? Style.BUSY : Style.FAINT,
                                                    warning ? "warning" : "note"),
                                            Printable.line(name),
                                            Printable.line(
                                                    JsonFields.text(finding.path("message")))));
        }
    }
}
