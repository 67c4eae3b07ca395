package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// What is deployed is back after a restart, with its versions, pins, settings and labels.
class RestartTest {
    private static final String API = TestServer.API;

    @TempDir private Path data;

    @Test
    void everythingIsAsItWas() {
        try (var server = TestServer.start(data)) {
            server.deploy("constant_7");
            var replaced =
                    server.deploy(
                            "constant_7",
                            server.uploadModel("constant_9"),
                            """
                            ,"replace":true,"pin":true,"features":{"x":["amount"]},
                            "config":{"max_batch_size":8,"instance_group":[{"kind":"KIND_CPU","count":2}]}""");
            assertThat(replaced.status()).as(replaced.body()).isEqualTo(200);
            assertThat(
                            server.put(
                                            API + "/models/constant_7/labels/champion",
                                            "{\"version\":1}")
                                    .status())
                    .isEqualTo(204);
        }
        try (var server = TestServer.start(data)) {
            var deployment = server.get(API + "/deployments/constant_7").json();
            assertThat(deployment.get("state").stringValue()).isEqualTo("READY");
            assertThat(deployment.get("version").stringValue()).isEqualTo("2");
            assertThat(deployment.get("revision").intValue()).isEqualTo(2);
            assertThat(deployment.at("/cache/pinned").booleanValue()).isTrue();
            assertThat(deployment.get("instances").intValue()).isEqualTo(2);
            assertThat(deployment.at("/config/max_batch_size").intValue()).isEqualTo(8);
            var answer =
                    server.predict("{\"model\":\"constant_7\",\"instances\":[{\"amount\":3}]}");
            assertThat(answer.json().at("/outputs/0/data/0").intValue()).isEqualTo(9);
            assertThat(
                            server.get(API + "/models")
                                    .json()
                                    .at("/models/0/labels/champion")
                                    .stringValue())
                    .isEqualTo("1");
            assertThat(server.undeploy("constant_7").status()).isEqualTo(200);
        }
        try (var server = TestServer.start(data)) {
            assertThat(server.get(API + "/deployments").json().get("deployments").isEmpty())
                    .isTrue();
            assertThat(server.get(API + "/models").json().at("/models/0/versions").size())
                    .isEqualTo(2);
            var again = server.deploy("constant_7", "model://constant_7/1", "");
            assertThat(again.status()).as(again.body()).isEqualTo(200);
            assertThat(again.json().get("revision").intValue()).isEqualTo(4);
        }
    }

    @Test
    void aModelWhoseFilesAreGoneDoesNotKeepTheOthersFromServing() throws IOException {
        String digest;
        try (var server = TestServer.start(data)) {
            server.deploy("constant_7");
            server.deploy("constant_9");
            digest =
                    server.get(API + "/models")
                            .json()
                            .at("/models/0/versions/0/sha256")
                            .stringValue();
        }
        try (var files = Files.walk(data.resolve("repository").resolve(digest))) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        try (var server = TestServer.start(data)) {
            var lost = server.get(API + "/deployments/constant_7").json();
            assertThat(lost.get("state").stringValue()).isEqualTo("UNAVAILABLE");
            assertThat(lost.get("reason").stringValue()).contains("deploy it again");
            var refused = server.predict("{\"model\":\"constant_7\",\"instances\":[[1]]}");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.response().headers().firstValue("Retry-After")).isPresent();
            assertThat(server.predict("{\"model\":\"constant_9\",\"instances\":[[1]]}").status())
                    .isEqualTo(200);
            assertThat(server.deploy("constant_7").json().get("state").stringValue())
                    .isEqualTo("READY");
        }
    }
}
