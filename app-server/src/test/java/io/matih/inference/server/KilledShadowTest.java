package io.matih.inference.server;

import static io.matih.inference.server.Eventually.await;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// `kill -9` while a shadow is compared: the shadow and what was counted are there again.
class KilledShadowTest {
    private static final String SHADOW = TestServer.API + "/deployments/m/shadow";

    @TempDir private Path folder;

    @Test
    void whatWasCountedSurvives() throws Exception {
        var data = folder.resolve("data");
        try (var server = ServerProcess.start(data)) {
            deploy(server, "constant_7", "");
            deploy(server, "constant_9", ",\"traffic\":{\"mode\":\"shadow\"}");
            for (int i = 0; i < 40; i++) {
                post(server, "/predict", "{\"model\":\"m\",\"instances\":[[1],[2]]}");
            }
            await("the rows", () -> comparison(server).get("samples").intValue() == 80);
            Thread.sleep(3000); // what is counted is saved every two seconds
            server.kill();
        }
        try (var server = ServerProcess.start(data)) {
            var found = comparison(server);
            assertThat(found.get("samples").intValue()).isEqualTo(80);
            assertThat(found.at("/agreement/value").doubleValue()).isZero();
            assertThat(found.get("verdict").stringValue()).isEqualTo("fail");
            assertThat(found.get("worst")).hasSize(10);
            assertThat(found.at("/latency_ms/primary/p50").doubleValue()).isPositive();
            post(server, "/predict", "{\"model\":\"m\",\"instances\":[[1]]}");
            await("one more", () -> comparison(server).get("samples").intValue() == 81);
        }
    }

    private static void deploy(ServerProcess server, String model, String more)
            throws IOException, InterruptedException {
        var upload =
                server.post(
                        TestServer.API + "/uploads",
                        "application/octet-stream",
                        TestServer.model(model));
        var uri = TestServer.JSON.readTree(upload.body()).get("uri").stringValue();
        post(
                server,
                "/deploy",
                "{\"name\":\"m\",\"source\":{\"uri\":\"%s\"}%s}".formatted(uri, more));
    }

    private static void post(ServerProcess server, String route, String body)
            throws IOException, InterruptedException {
        var answer =
                server.post(
                        TestServer.API + route,
                        "application/json",
                        body.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static JsonNode comparison(ServerProcess server) {
        try {
            return TestServer.JSON.readTree(server.get(SHADOW).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
