package io.matih.inference.server.bench.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A Java process with this one's class path and flags, so that all that is compared runs alike.
final class ChildJvm implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final int SHOWN = 2000;

    private final Process process;
    private final Path log;

    /// @param log gets what it writes to standard error
    /// @param mainClass what it runs
    ChildJvm(Path log, String mainClass, List<String> arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-Dmatih."))
                .forEach(command::add);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(arguments);
        this.log = log;
        this.process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                        .start();
        // It must not outlive a run that is broken off.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    }

    Process process() {
        return process;
    }

    /// What went wrong, in its own last words.
    IllegalStateException failure(String what) {
        try {
            var text = Files.readString(log);
            return new IllegalStateException(
                    "%s: %s".formatted(what, text.substring(Math.max(0, text.length() - SHOWN))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ends it, kindly first.
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
