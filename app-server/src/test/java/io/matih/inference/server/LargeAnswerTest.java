package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/// Answers for which there is no memory.
class LargeAnswerTest {
    private static final String API = TestServer.API;
    private static final int MILLION = 1_000_000;

    @TempDir private Path folder;

    @Test
    void aRequestWhoseAnswerDoesNotFitFailsAlone() throws Exception {
        var small = List.of("env", "JAVA_TOOL_OPTIONS=-Xmx96m");
        try (var server = ServerProcess.startUnder(small, folder.resolve("data"))) {
            deploy(server, "expand_by_value");
            var statuses = new HashSet<Integer>();
            for (int millions = 1; millions <= 16; millions++) {
                statuses.add(expand(server, millions * MILLION).statusCode());
            }
            assertThat(statuses).contains(200, 500).isSubsetOf(200, 500, 503);
            assertThat(expand(server, 1).statusCode()).isEqualTo(200);
            assertThat(server.get("/metrics").body()).contains("\nmatih_native_tensors 0.0\n");
        }
    }

    private static void deploy(ServerProcess server, String model) throws Exception {
        var upload =
                server.post(API + "/uploads", "application/octet-stream", TestServer.model(model));
        var uri = TestServer.JSON.readTree(upload.body()).get("uri").stringValue();
        var answer =
                post(
                        server,
                        "/deploy",
                        "{\"name\":\"%s\",\"source\":{\"uri\":\"%s\"}}".formatted(model, uri));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static HttpResponse<String> expand(ServerProcess server, int elements)
            throws Exception {
        return post(
                server,
                "/predict",
                "{\"model\":\"expand_by_value\",\"inputs\":[{\"name\":\"n\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[%d]}]}"
                        .formatted(elements));
    }

    private static HttpResponse<String> post(ServerProcess server, String path, String json)
            throws IOException, InterruptedException {
        return server.post(API + path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }
}
