package io.matih.inference.server.cli;

import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;
import io.matih.inference.server.client.Answer;
import io.matih.inference.server.client.ClientException;
import io.matih.inference.server.triton.ModelFolders;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/// Deploys every model of a repository's folder; one that is refused keeps none of the others back.
final class RepositoryDeploy {
    private final Terminal terminal;
    private final List<Outcome> outcomes = new ArrayList<>();

    RepositoryDeploy(Terminal terminal) {
        this.terminal = terminal;
    }

    /// What became of one model: an answer, or a failure.
    private record Outcome(
            String name, @Nullable JsonNode deployment, @Nullable ClientException failure) {}

    /// @param deploy by name and folder
    /// @throws UsageException where the folder holds no model folders
    void run(Path repository, BiFunction<String, Path, Answer> deploy) {
        for (var folder : folders(repository)) {
            var name = ModelFolders.name(folder);
            try {
                outcomes.add(new Outcome(name, deploy.apply(name, folder).json(), null));
            } catch (ClientException e) {
                if (e.code().equals(ClientException.UNREACHABLE)) {
                    throw e;
                }
                outcomes.add(new Outcome(name, null, e));
            }
        }
    }

    private static List<Path> folders(Path repository) {
        try {
            var folders = ModelFolders.below(repository);
            if (folders.isEmpty()) {
                throw new UsageException(
                        "%s has no model folders (config.pbtxt, 1/model.onnx) in it"
                                .formatted(repository));
            }
            return folders;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + repository, e);
        }
    }

    int exitCode() {
        return outcomes.stream().allMatch(outcome -> outcome.failure() == null)
                ? ExitCode.OK
                : ExitCode.FAILED;
    }

    void print(boolean json) {
        if (json) {
            terminal.printBody(asJson());
            return;
        }
        var table =
                Table.of(
                        Column.text("MODEL"),
                        Column.number("VERSION"),
                        Column.text("STATE"),
                        Column.text("REASON"));
        outcomes.forEach(outcome -> table.add(row(outcome)));
        table.print(terminal);
        for (var outcome : outcomes) {
            if (outcome.deployment() != null) {
                DeployNotes.print(outcome.name(), outcome.deployment(), terminal);
            }
        }
    }

    private static List<Cell> row(Outcome outcome) {
        var deployment = outcome.deployment();
        if (deployment == null) {
            return List.of(
                    Cell.of(outcome.name()),
                    Cell.of(""),
                    new Cell("FAILED", Style.BAD),
                    Cell.of(outcome.failure() == null ? "" : outcome.failure().getMessage()));
        }
        var state = JsonFields.text(deployment.path("state"));
        return List.of(
                Cell.of(outcome.name()),
                Cell.of(JsonFields.text(deployment.path("version"))),
                new Cell(state, Style.ofState(state)),
                Cell.of(JsonFields.text(deployment.path("reason"))));
    }

    private String asJson() {
        var root = JsonArgument.JSON.createObjectNode();
        var models = root.putArray("models");
        for (var outcome : outcomes) {
            var model = models.addObject().put("name", outcome.name());
            if (outcome.deployment() != null) {
                model.set("deployment", outcome.deployment());
            } else if (outcome.failure() != null) {
                model.set("failure", body(outcome.failure()));
            }
        }
        return JsonArgument.JSON.writeValueAsString(root);
    }

    /// The server's own error, or ours where there was no answer.
    private static JsonNode body(ClientException failure) {
        try {
            if (failure.body() != null) {
                return JsonArgument.JSON.readTree(failure.body());
            }
        } catch (JacksonException _) {
            // Somebody else's error page: the message says what it is.
        }
        return JsonArgument.JSON.createObjectNode().put("error", failure.getMessage());
    }
}
