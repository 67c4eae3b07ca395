package io.matih.inference.server.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/// `matih rollback`: brings back what served before.
@Command(
        name = "rollback",
        sortOptions = false,
        header = "Brings back what served before.",
        description = {
            "",
            "Without --revision: takes the canaries away where there are any, else brings back the"
                    + " version that was stable before this one. With it: the versions and shares"
                    + " of that revision.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  matih rollback iris",
            "  matih rollback iris --revision 7 --reason 'p99 doubled'"
        })
final class RollbackCommand implements Callable<Integer> {
    private final ClientSession session;

    @Option(
            names = "--revision",
            paramLabel = "N",
            description = "Which one; `matih deployments NAME --revisions` lists them")
    private @Nullable Long revision;

    @Mixin private final ChangeOptions change = new ChangeOptions();

    RollbackCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var request = JsonArgument.JSON.createObjectNode();
        if (revision != null) {
            request.put("revision", revision);
        }
        return change.run(session, "rollback", request);
    }
}
