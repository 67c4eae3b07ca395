package io.matih.inference.server.cli;

import io.matih.inference.server.settings.Quantities;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `matih predict`: sends rows to a deployment and shows what it answers.
@Command(
        name = "predict",
        sortOptions = false,
        header = "Sends rows to a deployment and shows its answers.",
        description = {
            "",
            "The data is JSON: rows [[…],[…]], one row […], one object by input or column name,"
                    + " or a whole request with inputs or instances.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  matih predict iris --data '[[5.1,3.5,1.4,0.2],[6,2,4,1]]'",
            "  matih predict iris --data '{\"sl\":5.1,\"sw\":3.5,\"pl\":1.4,\"pw\":0.2}'",
            "  matih predict iris --input rows.json --json",
            "  echo '[[5.1,3.5,1.4,0.2]]' | matih predict iris --input -"
        })
final class PredictCommand implements Callable<Integer> {
    private final ClientSession session;

    @Parameters(index = "0", paramLabel = "NAME", description = "The deployment")
    private String name = "";

    @ArgGroup(multiplicity = "1")
    private Rows rows = new Rows();

    @Option(
            names = "--version",
            paramLabel = "V",
            description = "Version number or label (default: the one that serves)")
    private @Nullable String version;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "Give up after this time: 50ms, 2s (default: the model's)")
    private @Nullable String timeout;

    @Option(
            names = "--data.dir",
            paramLabel = "DIR",
            description = "Data folder of the server to talk to (default: the user's)")
    private @Nullable String dataFolder;

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    /// Where the rows come from.
    static final class Rows {
        @Option(names = "--data", paramLabel = "JSON", required = true, description = "The rows")
        private @Nullable String data;

        @Option(
                names = "--input",
                paramLabel = "FILE",
                required = true,
                description = "File with the rows; - reads standard input")
        private @Nullable Path input;
    }

    PredictCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var request = request();
        var tables = new PredictionTable(session.terminal());
        return session.run(
                connection,
                dataFolder,
                client -> List.of(client.predict(request)),
                answers -> tables.print(answers.getFirst()));
    }

    private ObjectNode request() {
        var request = PredictRequests.of(name, data());
        if (version != null) {
            request.put("version", version);
        }
        if (timeout != null) {
            var time = Quantities.duration(timeout).filter(t -> t.isPositive());
            long micros =
                    time.orElseThrow(
                                            () ->
                                                    new UsageException(
                                                            "--timeout is '%s': expected a time such as 50ms or 2s"
                                                                    .formatted(timeout)))
                                    .toNanos()
                            / 1000;
            PredictRequests.parameters(request).put("timeout", micros);
        }
        return request;
    }

    private JsonNode data() {
        if (rows.data != null) {
            return JsonArgument.parse(rows.data, "--data");
        }
        var input = rows.input;
        if (input == null) {
            throw new UsageException("give the rows by --data or --input");
        }
        if (!input.toString().equals("-")) {
            var file = session.surroundings().workingFolder().resolve(input);
            return JsonArgument.parse(JsonArgument.file(file, "--input"), "--input");
        }
        try {
            return JsonArgument.parse(
                    new String(System.in.readAllBytes(), StandardCharsets.UTF_8), "--input");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read standard input", e);
        }
    }
}
