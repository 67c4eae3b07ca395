package io.matih.inference.server.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/// `matih promote`: makes a canary or shadow the version that takes all requests.
@Command(
        name = "promote",
        sortOptions = false,
        header = "Makes a canary or shadow the stable version.",
        description = {
            "",
            "It takes all requests in one step; what was stable finishes what it began and leaves.",
            ""
        },
        footer = {"", "Examples:", "  matih promote iris", "  matih promote iris --version 4"})
final class PromoteCommand implements Callable<Integer> {
    private final ClientSession session;

    @Option(
            names = "--version",
            paramLabel = "V",
            description = "Which one (default: the only canary, else the only shadow)")
    private @Nullable String version;

    @Mixin private final ChangeOptions change = new ChangeOptions();

    PromoteCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var request = JsonArgument.JSON.createObjectNode();
        if (version != null) {
            request.put("version", version);
        }
        return change.run(session, "promote", request);
    }
}
