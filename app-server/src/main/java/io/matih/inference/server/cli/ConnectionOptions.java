package io.matih.inference.server.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of every command that shows what a running server answers.
final class ConnectionOptions {
    @Mixin final ServerOptions server = new ServerOptions();

    @Option(names = "--json", description = "Print the server's answer as it is, for scripts")
    boolean json;
}
