package io.matih.inference.server.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

/// The data folder, in whose `address.json` a running server says where it listens.
final class DataFolderOption {
    @Option(
            names = {"--data", "--data.dir"},
            paramLabel = "DIR",
            description = "Data folder of the server to talk to (default: the user's)")
    @Nullable String folder;
}
