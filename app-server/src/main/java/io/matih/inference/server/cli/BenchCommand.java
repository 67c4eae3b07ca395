package io.matih.inference.server.cli;

import io.matih.inference.server.bench.suite.ServingSuite;
import io.matih.inference.server.bench.suite.Timing;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/// `matih bench`: load on one deployment, or the suite that measures the product beside yardsticks.
@Command(
        name = "bench",
        sortOptions = false,
        header = "Puts load on a deployment and measures its answers, or runs a suite.",
        description = {
            "",
            "With a NAME: sends predictions to a running server, as fast as answers come or at a"
                    + " fixed rate, and shows requests a second and latencies. At a fixed rate,"
                    + " latency counts from when a request was due, so that a server that stalls"
                    + " cannot hide it. Every answer is compared with the first one to the same"
                    + " request.",
            "",
            "With --suite serving: starts this product and empty servers as processes of their"
                    + " own, measures them in turn and prints the ratios.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 all answers were right, however slow; 1 one was wrong, or none came.",
            "",
            "Examples:",
            "  matih bench iris",
            "  matih bench iris --data '[[5.1,3.5,1.4,0.2]]' --connections 16 --duration 30s",
            "  matih bench iris --rate 2000 --arrivals uniform --json",
            "  matih bench --suite serving --quick",
            "  matih bench --suite serving --full --markdown --only json-predict-64"
        })
final class BenchCommand implements Callable<Integer> {
    private final ClientSession session;

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    @ArgGroup(heading = "%nThe load:%n", exclusive = false, validate = false)
    private final LoadOptions load = new LoadOptions();

    @ArgGroup(heading = "%nThe suite:%n", exclusive = false, validate = false)
    private final SuiteOptions suite = new SuiteOptions();

    @Option(names = "--json", description = "Print the result as JSON, for scripts")
    private boolean json;

    @Option(
            names = "--data.dir",
            paramLabel = "DIR",
            description = "Data folder of the server to talk to (default: the user's)")
    private @Nullable String dataFolder;

    @Mixin private final ServerOptions server = new ServerOptions();

    /// What is measured.
    static final class What {
        @Parameters(index = "0", paramLabel = "NAME", description = "The deployment")
        private @Nullable String name;

        @Option(
                names = "--suite",
                paramLabel = "SUITE",
                required = true,
                description = "serving: predictions beside servers that do nothing")
        private @Nullable String suite;
    }

    /// How long a suite runs, and what of it.
    static final class SuiteOptions {
        @Option(names = "--quick", description = "About two minutes; the usual")
        private boolean quick;

        @Option(names = "--full", description = "About half an hour, for numbers to publish")
        private boolean full;

        @Option(
                names = "--only",
                paramLabel = "ROW",
                description = "Only this row; may be given again")
        private List<String> only = List.of();

        @Option(names = "--markdown", description = "Print the table as Markdown")
        private boolean markdown;
    }

    BenchCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (what.name != null) {
            var bench = new DeploymentBench(session, load, json);
            return bench.run(what.name, server, dataFolder);
        }
        if (!"serving".equals(what.suite)) {
            throw new UsageException(
                    "--suite is '%s': there is only serving".formatted(what.suite));
        }
        return serving();
    }

    private int serving() throws IOException, InterruptedException {
        if (suite.quick && suite.full) {
            throw new UsageException("--quick and --full exclude each other");
        }
        var names = ServingSuite.names();
        for (var row : suite.only) {
            if (!names.contains(row)) {
                throw new UsageException(
                        "--only is '%s': the suite has %s"
                                .formatted(row, String.join(", ", names)));
            }
        }
        var terminal = session.terminal();
        var view = new SuiteView(terminal, json || suite.markdown);
        var results =
                new ServingSuite(suite.full ? Timing.full() : Timing.quick(), view)
                        .run(suite.only.isEmpty() ? names : suite.only);
        if (json) {
            terminal.out().println(SuiteJson.of(results));
        } else if (suite.markdown) {
            new SuiteMarkdown(terminal.out()).print(results, suite.full);
        }
        return results.stream().allMatch(row -> row.wrong() == 0) ? ExitCode.OK : ExitCode.FAILED;
    }
}
