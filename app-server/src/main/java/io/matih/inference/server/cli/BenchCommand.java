package io.matih.inference.server.cli;

import io.matih.inference.server.bench.suite.ServingSuite;
import io.matih.inference.server.bench.suite.Timing;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/// `matih bench`.
@Command(name = "bench", sortOptions = false, header = "Measures.")
final class BenchCommand implements Callable<Integer> {
    private final ClientSession session;

    @Option(names = "--suite", paramLabel = "NAME", description = "serving")
    private @Nullable String suite;

    @Option(names = "--full", description = "long")
    private boolean full;

    @Option(names = "--only", paramLabel = "ROW", description = "row")
    private List<String> only = List.of();

    @Option(names = "--json", description = "Print the result as JSON")
    private boolean json;

    BenchCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!"serving".equals(suite)) {
            throw new UsageException("--suite: there is only 'serving'");
        }
        var view = new SuiteView(session.terminal(), json);
        var results =
                new ServingSuite(full ? Timing.full() : Timing.quick(), view)
                        .run(only.isEmpty() ? ServingSuite.names() : only);
        if (json) {
            session.terminal().out().println(SuiteJson.of(results));
        }
        return results.stream().allMatch(r -> r.wrong() == 0) ? ExitCode.OK : ExitCode.FAILED;
    }
}
