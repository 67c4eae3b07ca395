package io.matih.inference.server.cli;

import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.concurrent.Callable;

/// `matih models`: every registered model version, deployed or not.
@Command(
        name = "models",
        sortOptions = false,
        header = "Lists the registered models and their versions.",
        description = {
            "",
            "A version stays registered after an undeploy; deploy model://NAME/VERSION serves it"
                    + " again.",
            ""
        },
        footer = {"", "Examples:", "  matih models", "  matih models --json"})
final class ModelsCommand implements Callable<Integer> {
    private static final int SHORT_DIGEST = 12;

    private final ClientSession session;

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final DataFolderOption data = new DataFolderOption();

    ModelsCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.run(
                connection,
                data.folder,
                client -> List.of(client.models()),
                answers -> show(answers.getFirst()));
    }

    private void show(JsonNode answer) {
        if (answer.path("models").isEmpty()) {
            session.terminal()
                    .out()
                    .println("No model is registered. `matih deploy NAME FILE` adds one.");
            return;
        }
        var table =
                Table.of(
                        Column.text("MODEL"),
                        Column.number("VERSION"),
                        Column.text("DEPLOYED"),
                        Column.number("SIZE"),
                        Column.text("SHA256"),
                        Column.text("REGISTERED"),
                        Column.text("SOURCE"));
        for (var model : answer.path("models")) {
            var versions = model.path("versions");
            if (versions.isEmpty()) {
                table.add(row(model, model));
            }
            versions.forEach(version -> table.add(row(model, version)));
        }
        table.print(session.terminal());
    }

    private List<Cell> row(JsonNode model, JsonNode version) {
        boolean deployed = version.path("deployed").booleanValue(false);
        var digest = JsonFields.text(version.path("sha256"));
        return List.of(
                Cell.of(JsonFields.text(model.path("name"))),
                Cell.of(JsonFields.text(version.isObject() ? version.path("version") : version)),
                new Cell(deployed ? "yes" : "", Style.GOOD),
                Cell.of(JsonFields.bytes(version.path("bytes"))),
                Cell.of(digest.substring(0, Math.min(SHORT_DIGEST, digest.length()))),
                Cell.of(JsonFields.ago(version.path("registered_at"), session.clock())),
                Cell.of(JsonFields.text(version.path("source"))));
    }
}
