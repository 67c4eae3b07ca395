package io.matih.inference.server.cli;

import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;
import io.matih.inference.server.client.ServingClient;
import io.matih.inference.server.demo.Sample;
import io.matih.inference.server.demo.SampleRun;
import io.matih.inference.server.demo.ShadowRun;
import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;
import io.matih.inference.server.settings.SettingsLoader;
import io.matih.inference.server.settings.Surroundings;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/// `matih demo`: the whole way on an empty machine, by the REST calls that any client makes.
@Command(
        name = "demo",
        sortOptions = false,
        header = "Deploys the sample models, scores them, has two judged, and keeps serving.",
        description = {
            "",
            "Starts a server on a data folder of its own, deploys five models that ship with the"
                    + " product, sends real predictions over REST and prints what they reached beside"
                    + " what was reached where they were trained. Two more versions of one model"
                    + " shadow it, one good and one broken, and are judged. Then it serves until"
                    + " Ctrl-C.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 every answer was right, 1 one was wrong, 2 usage, 69, 70, 78 as `serve`.",
            "",
            "Examples:",
            "  matih demo",
            "  matih demo --once"
        })
final class DemoCommand implements Callable<Integer> {
    private static final String SHADOWED = "digits-mlp";

    /// What a shadow is to find of each candidate.
    private static final Map<String, String> VERDICTS =
            new TreeMap<>(Map.of("int8", "pass", "broken", "fail"));

    private final Terminal terminal;
    private final Surroundings surroundings;
    private final ServerStarter starter;
    private final SettingFlags flags;

    @Option(
            names = "--once",
            description = "End after the predictions instead of serving on; nothing is kept")
    private boolean once;

    DemoCommand(
            Terminal terminal,
            Surroundings surroundings,
            ServerStarter starter,
            SettingFlags flags) {
        this.terminal = terminal;
        this.surroundings = surroundings;
        this.starter = starter;
        this.flags = flags;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var settings = settings();
        LogLevel.apply(settings);
        var data = settings.get(SettingKeys.DATA_DIR);
        try (var server = starter.start(settings)) {
            var stop = new Thread(() -> stop(server, data), "matih-drain");
            Runtime.getRuntime().addShutdownHook(stop);
            boolean right = show(server, data);
            if (!once) {
                next(server);
                server.awaitShutdown();
            }
            Runtime.getRuntime().removeShutdownHook(stop);
            return right ? ExitCode.OK : ExitCode.FAILED;
        } finally {
            if (once) {
                delete(data);
            }
        }
    }

    private void stop(RunningServer server, Path data) {
        server.close();
        if (once) {
            delete(data);
        }
        Runtime.getRuntime().halt(ExitCode.OK);
    }

    /// A data folder of its own, and ports that are free: a first look must not fail because
    /// something else listens on 8080, nor touch what a real server keeps.
    private Settings settings() throws IOException {
        var given = new HashMap<>(flags.given());
        if (!given.containsKey(SettingKeys.DATA_DIR.key())) {
            var folder =
                    once
                            ? Files.createTempDirectory("matih-demo")
                            : surroundings.dataFolder().resolveSibling("matih-demo");
            given.put(SettingKeys.DATA_DIR.key(), folder.toString());
        }
        given.putIfAbsent(SettingKeys.LOG_LEVEL.key(), "warn");
        preferPort(given, SettingKeys.HTTP_PORT.key(), 8080);
        preferPort(given, SettingKeys.GRPC_PORT.key(), 8081);
        return SettingsLoader.load(surroundings, Optional.empty(), given);
    }

    private void preferPort(Map<String, String> given, String key, int wanted) {
        given.putIfAbsent(key, !once && isFree(wanted) ? Integer.toString(wanted) : "0");
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// @return whether every model reached what it reached where it was trained
    private boolean show(RunningServer server, Path data) throws InterruptedException {
        var samples = Sample.all();
        terminal.out()
                .println(
                        terminal.styled(Style.STRONG, "MATIH Inference")
                                + " serves at "
                                + server.httpUrl());
        terminal.out()
                .println(
                        terminal.styled(
                                Style.FAINT,
                                "Deploying %d sample models and scoring their test sets over REST …"
                                        .formatted(samples.size())));
        terminal.out().println();
        try (var client = new ServingClient(URI.create(server.httpUrl()), null)) {
            boolean right = scores(client, samples, data);
            terminal.out().println();
            predictions(client, samples, server);
            terminal.out().println();
            return shadows(client, samples, data) && right;
        }
    }

    private boolean scores(ServingClient client, List<Sample> samples, Path data) {
        var table =
                Table.of(
                        Column.text("MODEL"),
                        Column.text("TRAINED WITH"),
                        Column.text("DEVICE"),
                        Column.number("DEPLOYED IN"),
                        Column.number("ROWS"),
                        Column.number("SCORED IN"),
                        Column.number("ACCURACY"),
                        Column.number("EXPECTED"),
                        Column.text(""));
        boolean right = true;
        for (var sample : samples) {
            var run = new SampleRun(client, sample);
            var deployed = run.deploy(data);
            var score = run.score();
            right &= score.asExpected();
            table.add(
                    Cell.of(sample.name()),
                    new Cell(sample.trainedWith(), Style.FAINT),
                    Cell.of(deployed.device()),
                    Cell.of(HumanUnits.millis(deployed.took().toNanos() / 1e6)),
                    Cell.of(Integer.toString(score.rows())),
                    Cell.of(HumanUnits.millis(score.took().toNanos() / 1e6)),
                    Cell.of(percent(score.accuracy())),
                    Cell.of(percent(score.expected())),
                    score.asExpected()
                            ? new Cell("✓", Style.GOOD)
                            : new Cell("✗ differs", Style.BAD));
        }
        table.print(terminal);
        return right;
    }

    /// @return whether the good candidate passes and the broken one fails
    private boolean shadows(ServingClient client, List<Sample> samples, Path data)
            throws InterruptedException {
        var sample =
                samples.stream()
                        .filter(known -> known.name().equals(SHADOWED))
                        .findFirst()
                        .orElseThrow();
        terminal.out()
                .println(
                        terminal.styled(Style.STRONG, "Two candidates shadow " + SHADOWED)
                                + terminal.styled(
                                        Style.FAINT,
                                        ": they get a copy of its requests and are judged by their"
                                                + " answers"));
        var table =
                Table.of(
                        Column.text("CANDIDATE"),
                        Column.number("SIZE"),
                        Column.number("ROWS"),
                        Column.number("AGREES ON"),
                        Column.text("VERDICT"),
                        Column.text("EXPECTED"),
                        Column.text(""));
        boolean right = true;
        var reasons = new ArrayList<String>();
        for (var judged : new ShadowRun(client, sample).run(data, List.copyOf(VERDICTS.keySet()))) {
            var expected = VERDICTS.getOrDefault(judged.candidate(), "");
            boolean same = judged.verdict().equals(expected);
            right &= same;
            table.add(
                    Cell.of(judged.candidate()),
                    Cell.of(HumanUnits.bytes(judged.bytes())),
                    Cell.of(HumanUnits.count(judged.samples())),
                    Cell.of(percent(judged.agreement())),
                    new Cell(judged.verdict(), Style.ofVerdict(judged.verdict())),
                    Cell.of(expected),
                    same ? new Cell("✓", Style.GOOD) : new Cell("✗ differs", Style.BAD));
            reasons.add(judged.candidate() + ": " + judged.reason());
        }
        table.print(terminal);
        for (var reason : reasons) {
            terminal.out().println(terminal.styled(Style.FAINT, "  " + Printable.line(reason)));
        }
        return right;
    }

    private void predictions(ServingClient client, List<Sample> samples, RunningServer server) {
        for (var sample : samples) {
            var prediction = new SampleRun(client, sample).predict(0);
            terminal.out()
                    .println(
                            "%s: %s (%s), in truth %s"
                                    .formatted(
                                            terminal.styled(Style.STRONG, sample.title()),
                                            prediction.predicted(),
                                            percent(prediction.score()),
                                            prediction.truth()));
            terminal.out()
                    .println(
                            terminal.styled(
                                    Style.FAINT,
                                    "  curl -s %s/api/v1/inference/predict -H 'Content-Type: application/json' -d '%s'"
                                            .formatted(server.httpUrl(), prediction.request())));
        }
    }

    private void next(RunningServer server) {
        terminal.out().println();
        terminal.out().println(terminal.styled(Style.STRONG, "Next"));
        terminal.out().println("  API, to try in a browser   " + server.httpUrl() + "/docs");
        terminal.out().println("  Metrics for Prometheus     " + server.httpUrl() + "/metrics");
        terminal.out()
                .println(
                        "  Your own model             ./matih deploy mymodel model.onnx --server "
                                + server.httpUrl());
        terminal.out().println();
        terminal.out().println("Serving until Ctrl-C.");
    }

    private static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.1f %%", fraction * 100);
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
