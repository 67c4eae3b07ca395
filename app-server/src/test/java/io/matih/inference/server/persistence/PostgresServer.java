package io.matih.inference.server.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A PostgreSQL server of this test's own, from the script that the other checks use too.
final class PostgresServer {
    private static final Path SCRIPT = Path.of("..", ".ci", "backends", "postgres.sh");
    private static final Path RUN = Path.of("target", "backends");
    private static final int MINUTES = 5;

    private final Map<String, String> addresses;

    private PostgresServer(Map<String, String> addresses) {
        this.addresses = addresses;
    }

    static PostgresServer start() throws IOException, InterruptedException {
        var addresses = new HashMap<String, String>();
        for (var line : script("up").lines().toList()) {
            var words = line.split("=", 2);
            addresses.put(words[0], words[1]);
        }
        return new PostgresServer(addresses);
    }

    String url() {
        return address("POSTGRES_JDBC_URL");
    }

    String user() {
        return address("POSTGRES_USER");
    }

    String password() {
        return address("POSTGRES_PASSWORD");
    }

    DatabaseSettings settings(Path data) {
        return new DatabaseSettings(data, url(), user(), password());
    }

    void stop() throws IOException, InterruptedException {
        script("down");
    }

    private String address(String name) {
        return addresses.getOrDefault(name, "");
    }

    private static String script(String command) throws IOException, InterruptedException {
        var builder =
                new ProcessBuilder("bash", SCRIPT.toString(), command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("BACKENDS_RUN", RUN.toAbsolutePath().toString());
        builder.environment().put("POSTGRES_PORT", String.valueOf(freePort()));
        var process = builder.start();
        try {
            var output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as("%s %s", SCRIPT, command).isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
