package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What a server holds on to, after long work of every kind: nothing. More rounds and a longer soak
/// with `-Dmatih.soak.rounds=1000 -Dmatih.soak.seconds=600`.
@Tag("slow")
class SoakTest {
    private static final Logger LOG = LoggerFactory.getLogger(SoakTest.class);
    private static final String API = TestServer.API;
    private static final int ROUNDS = Integer.getInteger("matih.soak.rounds", 60);
    private static final Duration SOAK =
            Duration.ofSeconds(Integer.getInteger("matih.soak.seconds", 60));
    private static final int CLIENTS = 6;

    /// What the process may have grown by, from the middle to the end, however long that is.
    private static final double GROWTH_BYTES = 16 << 20;

    /// The heap is all there from the start, so that what grows is outside of it.
    private static final List<String> FIXED_HEAP =
            List.of("env", "JAVA_TOOL_OPTIONS=-Xms192m -Xmx192m -XX:+AlwaysPreTouch");

    @TempDir private Path folder;
    private ServerProcess server;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.startUnder(FIXED_HEAP, folder.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void deployAndUndeployRoundsLeaveNothing() throws Exception {
        var uris = List.of(upload("constant_7"), upload("constant_9"));
        var memory = new MemoryTrend(server.process().pid());
        for (int round = 0; round < ROUNDS; round++) {
            int constant = round % 2 == 0 ? 7 : 9;
            require(deploy("round", uris.get(round % 2), constant));
            var answer = post("/predict", SoakClient.request("round", 1));
            assertThat(SoakClient.constant(answer)).isEqualTo(constant);
            require(post("/undeploy", "{\"name\":\"round\"}"));
            memory.sample();
        }
        LOG.info("{} deploy and undeploy rounds: {}", ROUNDS, memory);
        assertAtRest();
        assertThat(memory.growthBytes()).isLessThan(GROWTH_BYTES);
    }

    @Test
    void trafficOfEveryKindLeavesNothing() throws Exception {
        var uris = List.of(upload("constant_7"), upload("constant_9"));
        require(deploy("swap", uris.getFirst(), 7));
        require(deploy("slow", upload("slow"), 1));
        require(deploy("iris", upload("iris"), 1));
        require(deploy("fails_on_negative", upload("fails_on_negative"), 1));
        var memory = new MemoryTrend(server.process().pid());
        long end = System.nanoTime() + SOAK.toNanos();
        var clients = new ArrayList<SoakClient>();
        var work = new ArrayList<Future<?>>();
        int swaps = 0;
        try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            for (int i = 0; i < CLIENTS; i++) {
                var client = new SoakClient(server, i, end);
                clients.add(client);
                work.add(threads.submit(client));
            }
            while (System.nanoTime() < end) {
                swaps++;
                require(deploy("swap", uris.get(swaps % 2), swaps % 2 == 0 ? 7 : 9));
                memory.sample();
            }
            for (var done : work) {
                done.get();
            }
        }
        LOG.info(
                "soak of {} s: {} requests, {} bad, {} cancelled, {} swaps: {}",
                SOAK.toSeconds(),
                clients.stream().mapToLong(SoakClient::good).sum(),
                clients.stream().mapToLong(SoakClient::bad).sum(),
                clients.stream().mapToLong(SoakClient::cancelled).sum(),
                swaps,
                memory);
        for (var name : List.of("swap", "slow", "iris", "fails_on_negative")) {
            require(post("/undeploy", "{\"name\":\"%s\"}".formatted(name)));
        }
        assertAtRest();
        assertThat(memory.growthBytes()).isLessThan(GROWTH_BYTES);
    }

    /// Nothing is loaded, nothing is under way: a server that is told to stop does so at once.
    private void assertAtRest() throws Exception {
        var metrics = server.get("/metrics").body();
        assertThat(metrics)
                .contains(
                        "\nmatih_native_sessions 0.0\n",
                        "\nmatih_native_tensors 0.0\n",
                        "\nmatih_native_buffer_bytes 0.0\n")
                .doesNotContain("model=\"");
        long begun = System.nanoTime();
        server.process().destroy();
        server.process().waitFor();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        assertThat(server.log()).doesNotContain("were cut off").doesNotContain("Exception");
    }

    private String upload(String zooName) throws Exception {
        var answer =
                server.post(
                        API + "/uploads", "application/octet-stream", TestServer.model(zooName));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return TestServer.JSON.readTree(answer.body()).get("uri").stringValue();
    }

    private Reply deploy(String name, String uri, int version) throws Exception {
        return post(
                "/deploy",
                "{\"name\":\"%s\",\"source\":{\"uri\":\"%s\"},\"version\":%d,\"replace\":true}"
                        .formatted(name, uri, version));
    }

    private static void require(Reply reply) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    }

    private Reply post(String path, String json) throws Exception {
        var answer =
                server.post(API + path, "application/json", json.getBytes(StandardCharsets.UTF_8));
        return new Reply(answer.statusCode(), answer.body());
    }

    /// An answer.
    record Reply(int status, String body) {}
}
