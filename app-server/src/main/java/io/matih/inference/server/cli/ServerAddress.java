package io.matih.inference.server.cli;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// Where a server listens, as it writes it down for scripts (`--ready-file`) and for the client
/// commands (`address.json` in the data folder).
///
/// @param pid the JVM's process id
record ServerAddress(String http, String grpc, long pid) {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String FILE_NAME = "address.json";

    static Path file(Path dataFolder) {
        return dataFolder.resolve(FILE_NAME);
    }

    /// What a server in this data folder wrote, as long as its process lives.
    static Optional<ServerAddress> recorded(Path dataFolder) {
        try {
            var json = JSON.readTree(Files.readString(file(dataFolder)));
            var address =
                    new ServerAddress(
                            json.path("http").stringValue(""),
                            json.path("grpc").stringValue(""),
                            json.path("pid").longValue(0));
            return Optional.of(address).filter(ServerAddress::isAlive);
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        }
    }

    private boolean isAlive() {
        return !http.isEmpty() && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /// Written beside its place first: a reader sees all of it or nothing.
    void write(Path file) throws IOException {
        var absolute = file.toAbsolutePath();
        var beside = absolute.resolveSibling(absolute.getFileName() + "." + pid + ".tmp");
        Files.writeString(beside, JSON.writeValueAsString(this));
        Files.move(beside, absolute, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Removes what this process wrote, and leaves another's alone.
    void remove(Path file) throws IOException {
        if (Files.exists(file)
                && JSON.readTree(Files.readString(file)).path("pid").longValue(0) == pid) {
            Files.deleteIfExists(file);
        }
    }
}
