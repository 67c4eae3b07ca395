package io.matih.inference.server.cli;

import io.matih.inference.server.client.Answer;
import io.matih.inference.server.client.ServingClient;
import io.matih.inference.server.triton.ModelFolders;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
            "",
            "A model folder of Triton's (config.pbtxt, 1/model.onnx) is deployed as it is, under its"
                    + " own name where none is given, and so is a repository of them, model by model."
                    + " What a config.pbtxt asks for that means nothing here is listed.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  matih deploy iris iris.onnx",
            "  matih deploy iris iris-v2.onnx --replace",
            "  matih deploy iris iris-v2.onnx --canary 10        then promote or rollback",
            "  matih deploy iris iris-v2.onnx --shadow 100       then `matih shadow iris`",
            "  matih deploy iris iris.onnx --features x=sl,sw,pl,pw",
            "  matih deploy llm s3://models/llm/3/model.onnx --version 3 --config @config.json",
            "  matih deploy iris model://iris/1 --replace        back to version 1",
            "  matih deploy models/iris                          Triton's folder of one model",
            "  matih deploy --repository models --replace        Triton's folder of several"
        })
final class DeployCommand implements Callable<Integer> {
    private final ClientSession session;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            description = "Name that predict calls use; or the model's folder alone")
    private @Nullable String name;

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE|URI", description = "The model")
    private @Nullable String model;

    @Option(
            names = "--repository",
            paramLabel = "FOLDER",
            description = "Deploy every model folder in there, each under its folder's name")
    private @Nullable String repository;

    @Option(
            names = "--version",
            paramLabel = "V",
            description = "Version number (default: the highest + 1)")
    private @Nullable String version;

    @Option(
            names = "--canary",
            paramLabel = "PERCENT",
            description = "Only this share of the requests, beside the version that serves now")
    private @Nullable Integer canary;

    @Option(
            names = "--shadow",
            paramLabel = "PERCENT",
            description =
                    "Answer nobody, get a copy of this share of the requests, and be judged; see"
                            + " `matih shadow`")
    private @Nullable Integer shadow;

    @Option(
            names = "--gate",
            paramLabel = "JSON|@FILE",
            description =
                    "What a shadow has to show: min_samples, min_agreement, max_p99_ratio,"
                            + " promote, rollback_window_s, …")
    private @Nullable String gate;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Why; `matih deployments NAME --revisions` shows it")
    private @Nullable String reason;

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
        var here = session.surroundings().workingFolder();
        if (repository != null) {
            if (name != null) {
                throw new UsageException("--repository takes every model: give no NAME with it");
            }
            return deployAll(here.resolve(repository));
        }
        if (name == null) {
            throw new UsageException("give a NAME and a model, or a model's folder");
        }
        if (model == null) {
            return deployFolder(here.resolve(name));
        }
        return deployOne(name, ModelArgument.of(model, here));
    }

    private int deployOne(String as, ModelArgument source) {
        var request = request(as);
        return session.run(
                connection,
                data.folder,
                client -> List.of(deploy(client, request, source)),
                answers -> show(as, answers.getFirst()));
    }

    /// A model's folder, or a folder of such.
    private int deployFolder(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                throw new UsageException(
                        "there is no folder %s; a model file needs a NAME before it"
                                .formatted(folder));
            }
            return ModelFolders.isModel(folder)
                    ? deployOne(ModelFolders.name(folder), new ModelArgument.Local(folder))
                    : deployAll(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
    }

    private int deployAll(Path folder) {
        if (version != null || sha256 != null || !features.isEmpty()) {
            throw new UsageException(
                    "--version, --sha256 and --features are for one model, not for a repository");
        }
        if (!Files.isDirectory(folder)) {
            throw new UsageException("there is no folder " + folder);
        }
        var all = new RepositoryDeploy(session.terminal());
        int code =
                session.run(
                        connection,
                        data.folder,
                        client -> {
                            all.run(
                                    folder,
                                    (as, path) ->
                                            deploy(
                                                    client,
                                                    request(as),
                                                    new ModelArgument.Local(path)));
                            return List.of();
                        },
                        _ -> {});
        if (code != ExitCode.OK) {
            return code;
        }
        all.print(connection.json);
        return all.exitCode();
    }

    private ObjectNode request(String as) {
        var folder = session.surroundings().workingFolder();
        var request = JsonArgument.JSON.createObjectNode().put("name", as);
        if (version != null) {
            request.put("version", version);
        }
        if (backend != null) {
            request.put("backend", backend);
        }
        if (config != null) {
            request.set("config", JsonArgument.read(config, "--config", folder));
        }
        if (canary != null && shadow != null) {
            throw new UsageException("--canary and --shadow are two ways: take one");
        }
        if (gate != null && shadow == null) {
            throw new UsageException("--gate is a shadow's: give --shadow with it");
        }
        if (canary != null) {
            request.putObject("traffic").put("mode", "canary").put("weight", canary);
        }
        if (shadow != null) {
            var traffic = request.putObject("traffic").put("mode", "shadow").put("percent", shadow);
            if (gate != null) {
                traffic.set("gate", JsonArgument.read(gate, "--gate", folder));
            }
        }
        if (reason != null) {
            request.put("reason", reason);
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

    private void show(String as, JsonNode deployment) {
        var terminal = session.terminal();
        var state = Printable.line(JsonFields.text(deployment.path("state")));
        terminal.out()
                .println(
                        "%s version %s is %s%s%s"
                                .formatted(
                                        Printable.line(as),
                                        Printable.line(JsonFields.text(deployment.path("version"))),
                                        terminal.styled(
                                                Style.ofState(state),
                                                state.isEmpty() ? "accepted" : state),
                                        where(deployment),
                                        dryRun ? " (dry run: nothing was changed)" : ""));
        DeployNotes.print(as, deployment, terminal);
    }

    private static String where(JsonNode deployment) {
        var device = Printable.line(JsonFields.text(deployment.path("device")));
        var backend = Printable.line(JsonFields.text(deployment.path("backend")));
        return (device.isEmpty() ? "" : " on " + device)
                + (backend.isEmpty() ? "" : " (" + backend + ")");
    }
}
