package io.matih.inference.server.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/// Which server to talk to.
final class ServerOptions {
    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "Server to talk to (default: MATIH_SERVER, else the one that runs on the data"
                            + " folder, else http://127.0.0.1:8080)")
    @Nullable String server;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description =
                    "Key for a server that asks for one; other users can read arguments, so prefer"
                            + " the variable MATIH_API_KEY")
    @Nullable String apiKey;
}
