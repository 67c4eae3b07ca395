package io.matih.inference.server.cli;

import io.matih.inference.server.settings.Surroundings;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs `matih` in this JVM, with streams that a test can read.
final class CommandRun {
    static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private boolean screen;
    private int columns = Terminal.UNLIMITED;

    CommandRun(Path folder) {
        this.folder = folder;
        environment.put("XDG_DATA_HOME", folder.toString());
    }

    CommandRun with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    CommandRun onScreen(int width) {
        screen = true;
        columns = width;
        return this;
    }

    Terminal terminal() {
        return new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                columns,
                screen,
                screen,
                screen);
    }

    int run(String... arguments) {
        var program =
                new Program(
                        _ -> {
                            throw new IllegalStateException("no server in this test");
                        },
                        List::of);
        return run(program, arguments);
    }

    int run(Program program, String... arguments) {
        out.reset();
        err.reset();
        var here = new Surroundings(environment, "Linux", folder, folder);
        return MatihCommand.run(
                program, terminal(), here, Clock.fixed(NOW, ZoneOffset.UTC), arguments);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
