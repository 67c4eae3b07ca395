package io.matih.inference.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.concurrent.Callable;

/// `matih shadow`: how the shadows of a deployment compare.
@Command(
        name = "shadow",
        sortOptions = false,
        header = "Shows how a deployment's shadows compare, and whether they pass.",
        description = {
            "",
            "A shadow gets a copy of the requests and answers nobody. Its answers are compared with"
                    + " those of the stable version, row by row. A verdict holds however often it is"
                    + " looked at.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  matih deploy iris iris-v2.onnx --shadow 100",
            "  matih shadow iris",
            "  matih promote iris                                once it passes",
            "  matih undeploy iris --version 2                   if it does not",
            "  matih shadow iris --json | jq '.worst[0]'"
        })
final class ShadowCommand implements Callable<Integer> {
    private final ClientSession session;

    @Parameters(index = "0", paramLabel = "NAME", description = "The deployment")
    private String name = "";

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final DataFolderOption data = new DataFolderOption();

    ShadowCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        return session.run(
                connection,
                data.folder,
                client -> List.of(client.shadows(name)),
                answers ->
                        new ShadowTables(session.terminal(), session.clock())
                                .print(answers.getFirst()));
    }
}
