package io.matih.inference.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.model.store.S3Server;
import io.matih.inference.server.TestServer;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/// From a bucket of a real S3 server to an answer, over REST and by command.
@Tag("slow")
@Timeout(300)
class S3DeployTest {
    @TempDir private Path folder;

    @Test
    void modelsInBucketsAreDeployedAndAnswer() {
        try (var s3 = S3Server.start(folder.resolve("s3"))) {
            s3.put("models", "seven/1/model.onnx", TestServer.model("constant_7"));
            s3.put("models", "nine.onnx", TestServer.model("constant_9"));
            s3.put("data", "nine.onnx", TestServer.model("constant_9"));
            try (var server = TestServer.startIn(folder.resolve("data"), environment(s3))) {
                overRest(server);
                byCommand(server);
                refusals(server);
            }
        }
    }

    private static void overRest(TestServer server) {
        var deployed = server.deploy("rest", "s3://models/seven/1/model.onnx", "");
        assertThat(deployed.status()).as(deployed.body()).isEqualTo(200);
        assertThat(answer(server, "rest")).isEqualTo(7);
        var replaced = server.deploy("rest", "s3://models/nine.onnx", ",\"replace\":true");
        assertThat(replaced.status()).as(replaced.body()).isEqualTo(200);
        assertThat(answer(server, "rest")).isEqualTo(9);
    }

    private void byCommand(TestServer server) {
        var matih = new CommandRun(folder).with("MATIH_SERVER", server.url());
        assertThat(matih.run("deploy", "command", "s3://models/seven/")).as(matih.err()).isZero();
        assertThat(answer(server, "command")).isEqualTo(7);
        assertThat(matih.run("deploy", "absent", "s3://models/absent.onnx")).isNotZero();
        assertThat(matih.err()).contains("s3://models/absent.onnx");
    }

    private static void refusals(TestServer server) {
        var outside = server.deploy("outside", "s3://data/nine.onnx", "");
        assertThat(outside.status()).isEqualTo(403);
        assertThat(outside.code()).isEqualTo("PATH_NOT_ALLOWED");
        assertThat(server.get(TestServer.API + "/deployments/outside").status()).isEqualTo(404);
        assertThat(server.get(TestServer.API + "/deployments/absent").status()).isEqualTo(404);
        assertThat(answer(server, "rest")).isEqualTo(9);
    }

    private static int answer(TestServer server, String name) {
        var answer = server.predict("{\"model\":\"%s\",\"instances\":[[1.5]]}".formatted(name));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json().at("/outputs/0/data/0").intValue();
    }

    private static Map<String, String> environment(S3Server s3) {
        var settings = s3.settings();
        return Map.of(
                "MATIH_STORE_ROOTS", "s3://models",
                "MATIH_S3_ENDPOINT", String.valueOf(settings.endpoint()),
                "MATIH_S3_REGION", settings.region(),
                "MATIH_S3_ACCESS_KEY", Objects.requireNonNull(settings.accessKey()),
                "MATIH_S3_SECRET_KEY", Objects.requireNonNull(settings.secretKey()));
    }
}
