package io.matih.inference.server.cli;

import io.matih.inference.engine.backend.Backend.ProviderReport;
import io.matih.inference.server.cli.Finding.Health;
import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;
import io.matih.inference.server.settings.SettingRow;
import io.matih.inference.server.settings.Settings;
import io.matih.inference.server.settings.SettingsException;
import io.matih.inference.server.settings.SettingsLoader;
import io.matih.inference.server.settings.Surroundings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/// `matih doctor`: whether a server could run here, and what every setting is and why.
@Command(
        name = "doctor",
        sortOptions = false,
        header = "Checks whether a server can run here, and shows every setting.",
        description = {
            "",
            "Looks at Java, the data folder, the database, the ports and the execution providers,"
                    + " and prints each setting with where it came from. Give it the options that"
                    + " you give to serve.",
            "",
            "With --protocol it asks a running server, this one or any other, every clause of the"
                    + " Open Inference Protocol, and says which hold.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 a server can run, or every clause that is offered holds; 1 something is"
                    + " broken; 2 usage.",
            "",
            "Examples:",
            "  matih doctor",
            "  matih doctor --config /etc/matih/matih.yaml --json",
            "  matih doctor --protocol http://127.0.0.1:8080 --grpc 127.0.0.1:8081 --model iris"
        })
final class DoctorCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final Surroundings surroundings;
    private final Supplier<List<ProviderReport>> providers;
    private final SettingFlags flags;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings file (default: matih.yaml in the data folder, if there is one)")
    private @Nullable Path config;

    @Option(names = "--json", description = "Print findings and settings as JSON")
    private boolean json;

    @Option(
            names = "--protocol",
            paramLabel = "URL",
            description = "Ask the server there every clause of the Open Inference Protocol")
    private @Nullable String protocol;

    @Option(
            names = "--grpc",
            paramLabel = "HOST:PORT",
            description = "Where the same server speaks gRPC; with --protocol")
    private @Nullable String grpc;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "The model to ask with (default: any that is ready); with --protocol")
    private @Nullable String model;

    DoctorCommand(
            Terminal terminal,
            Surroundings surroundings,
            Supplier<List<ProviderReport>> providers,
            SettingFlags flags) {
        this.terminal = terminal;
        this.surroundings = surroundings;
        this.providers = providers;
        this.flags = flags;
    }

    @Override
    public Integer call() {
        if (protocol != null) {
            var key = surroundings.environment().get("MATIH_API_KEY");
            return new ProtocolCheck(terminal, json, key, model)
                    .run(ServerUrl.of(protocol, "--protocol"), grpc);
        }
        if (grpc != null || model != null) {
            throw new UsageException("--grpc and --model need --protocol");
        }
        var findings = new ArrayList<>(MachineChecks.java());
        List<SettingRow> settings = List.of();
        try {
            var loaded =
                    SettingsLoader.load(surroundings, Optional.ofNullable(config), flags.given());
            findings.addAll(check(loaded));
            settings = loaded.describe();
        } catch (SettingsException e) {
            findings.add(
                    Finding.broken(
                            "settings", e.getMessage(), "correct it and run `matih doctor` again"));
        }
        if (json) {
            terminal.printBody(DoctorJson.of(findings, settings));
        } else {
            show(findings, settings);
        }
        boolean broken = findings.stream().anyMatch(f -> f.health() == Health.BROKEN);
        return broken ? ExitCode.FAILED : ExitCode.OK;
    }

    private List<Finding> check(Settings settings) {
        var findings = new ArrayList<Finding>();
        settings.warnings().forEach(w -> findings.add(Finding.note("settings", w, "")));
        findings.add(DataFolderCheck.of(settings));
        findings.add(DatabaseCheck.of(settings));
        findings.addAll(PortCheck.of(settings));
        findings.add(CacheCheck.of(settings));
        findings.addAll(ProviderCheck.of(providers));
        return findings;
    }

    private void show(List<Finding> findings, List<SettingRow> settings) {
        Finding.print(findings, terminal);
        if (settings.isEmpty()) {
            return;
        }
        terminal.out().println();
        var table = Table.of(Column.text("SETTING"), Column.text("VALUE"), Column.text("FROM"));
        for (var row : settings) {
            var from = row.source().text();
            table.add(
                    Cell.of(row.key()),
                    Cell.of(row.value()),
                    new Cell(from, from.equals("default") ? Style.FAINT : Style.PLAIN));
        }
        table.print(terminal);
    }
}
