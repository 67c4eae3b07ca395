package io.matih.inference.server.cli;

import java.io.PrintStream;
import java.io.PrintWriter;

/// The command framework's writers over the terminal's streams.
final class Output {
    private Output() {}

    static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }
}
