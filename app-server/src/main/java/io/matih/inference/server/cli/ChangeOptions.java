package io.matih.inference.server.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;

/// What every command takes that changes who answers under a name.
final class ChangeOptions {
    @Parameters(index = "0", paramLabel = "NAME", description = "The deployment")
    private String name = "";

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Why; `matih deployments NAME --revisions` shows it")
    private @Nullable String reason;

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final DataFolderOption data = new DataFolderOption();

    /// @param step of the deployment's routes: `promote`
    int run(ClientSession session, String step, ObjectNode request) {
        if (reason != null) {
            request.put("reason", reason);
        }
        return session.run(
                connection,
                data.folder,
                client -> List.of(client.change(name, step, request)),
                answers -> show(session.terminal(), answers.getFirst()));
    }

    private static void show(Terminal terminal, JsonNode deployment) {
        terminal.out()
                .println(
                        "%s is at revision %s: %s"
                                .formatted(
                                        Printable.line(JsonFields.text(deployment.path("name"))),
                                        JsonFields.text(deployment.path("revision")),
                                        Shares.of(deployment.path("variants"))));
    }
}
