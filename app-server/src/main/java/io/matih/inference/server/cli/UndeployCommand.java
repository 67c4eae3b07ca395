package io.matih.inference.server.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.concurrent.Callable;

/// `matih undeploy`: stops serving a name after its requests have finished.
@Command(
        name = "undeploy",
        sortOptions = false,
        header = "Stops serving a model.",
        description = {
            "",
            "Requests under way finish first. The model's versions stay registered: deploy"
                    + " model://NAME/VERSION brings one back.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  matih undeploy iris",
            "  matih undeploy iris --drain-timeout 5"
        })
final class UndeployCommand implements Callable<Integer> {
    private final ClientSession session;

    @Parameters(index = "0", paramLabel = "NAME", description = "What to undeploy")
    private String name = "";

    @Option(names = "--version", paramLabel = "V", description = "Only this version (default: all)")
    private @Nullable String version;

    @Option(
            names = "--drain-timeout",
            paramLabel = "SECONDS",
            description = "How long requests may take to finish (default: the server's, 30)")
    private @Nullable Integer drainTimeoutSeconds;

    @Option(names = "--force", description = "Also while an ensemble, shadow or job uses it")
    private boolean force;

    @Option(names = "--unload-dependents", description = "Undeploy what uses it as well")
    private boolean unloadDependents;

    @Option(names = "--no-wait", description = "Return while requests still finish")
    private boolean noWait;

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final DataFolderOption data = new DataFolderOption();

    UndeployCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.run(
                connection,
                data.folder,
                client -> List.of(client.undeploy(request())),
                answers -> show(answers.getFirst()));
    }

    private ObjectNode request() {
        var request = JsonArgument.JSON.createObjectNode().put("name", name).put("wait", !noWait);
        if (version != null) {
            request.put("version", version);
        }
        if (drainTimeoutSeconds != null) {
            request.put("drain_timeout_s", drainTimeoutSeconds);
        }
        if (force) {
            request.put("force", true);
        }
        if (unloadDependents) {
            request.put("unload_dependents", true);
        }
        return request;
    }

    private void show(JsonNode answer) {
        var terminal = session.terminal();
        var state = Printable.line(JsonFields.text(answer.path("state")));
        terminal.out()
                .println(
                        "%s is %s: %s requests drained, %s aborted, %s freed"
                                .formatted(
                                        Printable.line(name),
                                        terminal.styled(Style.ofState(state), state),
                                        count(answer.path("drained")),
                                        count(answer.path("aborted")),
                                        answer.path("freed_bytes").isNumber()
                                                ? JsonFields.bytes(answer.path("freed_bytes"))
                                                : "0 B"));
    }

    private static String count(JsonNode number) {
        return number.isNumber() ? JsonFields.number(number) : "0";
    }
}
