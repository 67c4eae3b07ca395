package io.matih.inference.server;

import io.matih.inference.server.cli.MatihCommand;
import io.matih.inference.server.cli.Program;

import java.util.List;

/// What the launcher starts.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(
                MatihCommand.run(
                        new Program(
                                _ -> {
                                    throw new IllegalStateException("this build has no server");
                                },
                                List::of),
                        arguments));
    }
}
