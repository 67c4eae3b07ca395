package io.matih.inference.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/// `matih traffic`: shares out the requests among the versions of a deployment.
@Command(
        name = "traffic",
        sortOptions = false,
        header = "Shares out the requests among a deployment's versions.",
        description = {
            "",
            "Versions are named by number or label. Shares are percent and add up to 100; a version"
                    + " that is left out gets none. Requests with the same route_key keep their"
                    + " version while a canary's share grows.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  matih traffic iris stable=75 canary=25",
            "  matih traffic iris 3=50 4=50 --reason 'day two'"
        })
final class TrafficCommand implements Callable<Integer> {
    private final ClientSession session;

    @Mixin private final ChangeOptions change = new ChangeOptions();

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "VERSION=PERCENT",
            description = "Each version's share")
    private Map<String, Integer> weights = new LinkedHashMap<>();

    TrafficCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var request = JsonArgument.JSON.createObjectNode();
        var shares = request.putObject("weights");
        weights.forEach(shares::put);
        return change.run(session, "traffic", request);
    }
}
