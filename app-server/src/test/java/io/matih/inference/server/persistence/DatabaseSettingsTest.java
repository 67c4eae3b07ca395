package io.matih.inference.server.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

class DatabaseSettingsTest {
    @TempDir Path data;

    @Test
    void secretsAreNotShown() {
        var settings =
                new DatabaseSettings(
                        data,
                        "jdbc:postgresql://me:hidden1@db.example:5432/matih?password=hidden2",
                        "me",
                        "hidden3");

        assertThat(settings.toString())
                .isEqualTo("jdbc:postgresql://db.example:5432/matih")
                .doesNotContain("hidden");
        assertThat(new DatabaseSettings(data).toString()).isEqualTo("H2 in the data folder");
    }

    @Test
    void anotherKindOfUrlIsRefused() {
        for (var url : new String[] {"jdbc:h2:tcp://db.example/x", "postgres://db.example/x", ""}) {
            var settings = new DatabaseSettings(data, url, null, null);

            assertThat(Refusals.of(Reason.DATABASE_REFUSED, () -> Database.open(settings)))
                    .contains("jdbc:postgresql:");
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailable() throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        var url = "jdbc:postgresql://127.0.0.1:%d/matih?password=hidden".formatted(port);
        var settings = new DatabaseSettings(data, url, "me", null);

        assertThat(Refusals.of(Reason.DATABASE_UNAVAILABLE, () -> Database.open(settings)))
                .contains("127.0.0.1:" + port)
                .doesNotContain("hidden");
    }
}
