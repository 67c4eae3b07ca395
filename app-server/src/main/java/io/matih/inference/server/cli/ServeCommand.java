package io.matih.inference.server.cli;

import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;
import io.matih.inference.server.settings.SettingsException;
import io.matih.inference.server.settings.SettingsLoader;
import io.matih.inference.server.settings.Surroundings;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `matih serve`: runs the server until SIGTERM or Ctrl-C, which drain it.
@Command(
        name = "serve",
        sortOptions = false,
        header = "Runs the server until Ctrl-C or SIGTERM.",
        description = {
            "",
            "Prints one line when it serves: ready http=… grpc=… in N ms. On SIGTERM it takes no"
                    + " new requests, finishes those under way and exits 0.",
            "",
            "Settings come from defaults, then matih.yaml (--config, or the one in the data"
                    + " folder), then the environment, then options; the later overrules. `matih"
                    + " doctor` shows each value and where it came from.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 stopped, 2 usage, 69 something it needs is not there (a port, the"
                    + " database), 70 internal error, 78 configuration.",
            "",
            "Examples:",
            "  matih serve",
            "  matih serve --http.port 9000 --grpc.port 9001 --data ./data",
            "  matih serve --http.port 0 --grpc.port 0 --ready-file ready.json"
        })
final class ServeCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final Surroundings surroundings;
    private final ServerStarter starter;
    private final SettingFlags flags;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings file (default: matih.yaml in the data folder, if there is one)")
    private @Nullable Path config;

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description =
                    "Write {\"http\":…,\"grpc\":…,\"pid\":…} there once the server serves; an old one is"
                            + " removed first")
    private @Nullable Path readyFile;

    ServeCommand(
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
    public Integer call() throws InterruptedException {
        var settings =
                SettingsLoader.load(surroundings, Optional.ofNullable(config), flags.given());
        settings.warnings().forEach(w -> terminal.err().println("warning: " + w));
        removeOldReadyFile();
        LogLevel.apply(settings);
        var server = starter.start(settings);
        var address =
                new ServerAddress(
                        server.httpUrl(), server.grpcAddress(), ProcessHandle.current().pid());
        var addressFile = ServerAddress.file(settings.get(SettingKeys.DATA_DIR));
        var drain = new Thread(() -> drain(server, address, addressFile), "matih-drain");
        Runtime.getRuntime().addShutdownHook(drain);
        try {
            announce(address, addressFile, settings);
        } catch (RuntimeException e) {
            Runtime.getRuntime().removeShutdownHook(drain);
            server.close();
            throw e;
        }
        server.awaitShutdown();
        return ExitCode.OK;
    }

    private void removeOldReadyFile() {
        try {
            if (readyFile != null) {
                Files.deleteIfExists(readyFile);
            }
        } catch (IOException e) {
            throw new SettingsException("cannot replace the ready file " + readyFile, e);
        }
    }

    private void announce(ServerAddress address, Path addressFile, Settings settings) {
        try {
            Files.createDirectories(settings.get(SettingKeys.DATA_DIR));
            address.write(addressFile);
            if (readyFile != null) {
                address.write(readyFile);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write where the server listens", e);
        }
        long uptime = ManagementFactory.getRuntimeMXBean().getUptime();
        terminal.out()
                .printf("ready http=%s grpc=%s in %d ms%n", address.http(), address.grpc(), uptime);
    }

    /// The JVM would report the signal (143) whatever the hooks did; a drained server ends with 0.
    private void drain(RunningServer server, ServerAddress address, Path addressFile) {
        int code = ExitCode.OK;
        try {
            address.remove(addressFile);
            server.close();
        } catch (IOException | RuntimeException e) {
            code = ExitCode.INTERNAL;
            terminal.err().println("error: the server did not stop cleanly: " + e);
        }
        Runtime.getRuntime().halt(code);
    }
}
