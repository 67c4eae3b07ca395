package io.matih.inference.server.cli;

import io.matih.inference.server.client.Answer;
import io.matih.inference.server.client.ServingClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.concurrent.Callable;

/// `matih deploy`: sends a model where it is a local file, and has it served under a name.
@Command(
        name = "deploy",
        sortOptions = false,
        header = "Serves a model under a name.",
        description = {
            "",
            "A local file or folder (a model with its data files) is uploaded; file:, s3://,"
                    + " upload:// and model:// URIs are fetched by the server. The model takes over"
                    + " in one step once it is loaded; if anything fails, the old version goes on"
                    + " serving.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  matih deploy iris iris.onnx",
            "  matih deploy iris iris-v2.onnx --replace",
            "  matih deploy iris iris.onnx --features x=sl,sw,pl,pw",
            "  matih deploy llm s3://models/llm/3/model.onnx --version 3 --config @config.json",
            "  matih deploy iris model://iris/1 --replace        back to version 1"
        })
final class DeployCommand implements Callable<Integer> {
    private final ClientSession session;

    @Parameters(index = "0", paramLabel = "NAME", description = "Name that predict calls use")
    private String name = "";

    @Parameters(index = "1", paramLabel = "FILE|URI", description = "The model")
    private String model = "";

    @Option(
            names = "--version",
            paramLabel = "V",
            description = "Version number (default: the highest + 1)")
    private @Nullable String version;

    @Option(names = "--replace", description = "Take the place of the version that serves now")
    private boolean replace;

    @Option(
            names = "--config",
            paramLabel = "JSON|@FILE",
            description = "Triton's ModelConfig keys: max_batch_size, instance_group, …")
    private @Nullable String config;

    @Option(
            names = "--features",
            paramLabel = "INPUT=COL,…",
            description =
                    "Columns that make up an input, in order, so that rows may be objects; also as"
                            + " JSON or @FILE; may be repeated")
    private List<String> features = List.of();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "Runtime (default: by the format)")
    private @Nullable String backend;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "What the file is (default: by its ending)")
    private @Nullable String format;

    @Option(names = "--sha256", paramLabel = "HEX", description = "Digest that the model must have")
    private @Nullable String sha256;

    @Option(names = "--pin", description = "Keep it in memory whatever else is loaded")
    private boolean pin;

    @Option(names = "--no-wait", description = "Return while it is still loading")
    private boolean noWait;

    @Option(names = "--dry-run", description = "Check everything, change nothing")
    private boolean dryRun;

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final DataFolderOption data = new DataFolderOption();

    DeployCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var source = ModelArgument.of(model, session.surroundings().workingFolder());
        var request = request();
        return session.run(
                connection,
                data.folder,
                client -> List.of(deploy(client, request, source)),
                answers -> show(answers.getFirst()));
    }

    private ObjectNode request() {
        var folder = session.surroundings().workingFolder();
        var request = JsonArgument.JSON.createObjectNode().put("name", name);
        if (version != null) {
            request.put("version", version);
        }
        if (backend != null) {
            request.put("backend", backend);
        }
        if (config != null) {
            request.set("config", JsonArgument.read(config, "--config", folder));
        }
        if (!features.isEmpty()) {
            request.set("features", FeatureArgument.read(features, folder));
        }
        return request.put("pin", pin)
                .put("wait", !noWait)
                .put("dry_run", dryRun)
                .put("replace", replace);
    }

    private Answer deploy(ServingClient client, ObjectNode request, ModelArgument source) {
        var fields = request.putObject("source");
        switch (source) {
            case ModelArgument.Remote(String uri) -> fields.put("uri", uri);
            case ModelArgument.Local local -> {
                fields.put("uri", new Upload(client, session.terminal()).send(local));
                local.format().ifPresent(guessed -> fields.put("format", guessed));
            }
        }
        if (sha256 != null) {
            fields.put("sha256", sha256);
        }
        if (format != null) {
            fields.put("format", format);
        }
        return client.deploy(request);
    }

    private void show(JsonNode deployment) {
        var terminal = session.terminal();
        var state = Printable.line(JsonFields.text(deployment.path("state")));
        terminal.out()
                .println(
                        "%s version %s is %s%s%s"
                                .formatted(
                                        Printable.line(name),
                                        Printable.line(JsonFields.text(deployment.path("version"))),
                                        terminal.styled(
                                                Style.ofState(state),
                                                state.isEmpty() ? "accepted" : state),
                                        where(deployment),
                                        dryRun ? " (dry run: nothing was changed)" : ""));
    }

    private static String where(JsonNode deployment) {
        var device = Printable.line(JsonFields.text(deployment.path("device")));
        var backend = Printable.line(JsonFields.text(deployment.path("backend")));
        return (device.isEmpty() ? "" : " on " + device)
                + (backend.isEmpty() ? "" : " (" + backend + ")");
    }
}
