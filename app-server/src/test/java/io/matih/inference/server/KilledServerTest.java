package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// `kill -9` at random moments while models are deployed, replaced and undeployed: after the
/// restart every acknowledged change is there, the one that was under way is there or not, never
/// half, and no file is left that nothing names.
class KilledServerTest {
    private static final String API = TestServer.API;
    private static final String[] NAMES = {"a", "b", "c"};

    /// What answers under a name: nothing, or the constant of its model.
    private static final int NOTHING = 0;

    private final Random random = new Random();

    @TempDir private Path folder;

    @Test
    void acknowledgedChangesSurvive() throws Exception {
        rounds(3);
    }

    @Test
    @Tag("slow")
    void acknowledgedChangesSurviveManyTimes() throws Exception {
        rounds(40);
    }

    private void rounds(int rounds) throws Exception {
        long seed = System.nanoTime();
        random.setSeed(seed);
        var data = folder.resolve("data");
        var expected = new HashMap<String, Set<Integer>>();
        for (var name : NAMES) {
            expected.put(name, Set.of(NOTHING));
        }
        for (int round = 0; round < rounds; round++) {
            try (var server = ServerProcess.start(data)) {
                verify(server, expected, "seed %d round %d".formatted(seed, round));
                changeUntilKilled(server, expected);
            }
        }
        try (var server = ServerProcess.start(data)) {
            verify(server, expected, "seed %d at the end".formatted(seed));
            requireNoOrphans(server, data);
        }
    }

    /// Changes one name after the other; a thread beside it kills the server at a random moment.
    private void changeUntilKilled(ServerProcess server, Map<String, Set<Integer>> expected)
            throws Exception {
        var killAfter = Duration.ofMillis(100 + random.nextInt(1900));
        var killer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        server.process()
                                                .waitFor(
                                                        killAfter.toMillis(),
                                                        TimeUnit.MILLISECONDS);
                                        server.kill();
                                    } catch (InterruptedException e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        try {
            while (true) {
                var name = NAMES[random.nextInt(NAMES.length)];
                int before = expected.getOrDefault(name, Set.of(NOTHING)).iterator().next();
                int after = random.nextInt(4) == 0 ? NOTHING : random.nextBoolean() ? 7 : 9;
                expected.put(name, new HashSet<>(List.of(before, after)));
                int status = change(server, name, after);
                assertThat(status).isIn(200, 404);
                expected.put(name, Set.of(after));
            }
        } catch (IOException _) {
            // The server is gone: the last change is there or not.
        } finally {
            killer.join();
        }
    }

    private static int change(ServerProcess server, String name, int constant)
            throws IOException, InterruptedException {
        if (constant == NOTHING) {
            return server.post(
                            API + "/undeploy",
                            "application/json",
                            json("{\"name\":\"%s\"}".formatted(name)))
                    .statusCode();
        }
        var model = TestServer.model("constant_" + constant);
        var upload = server.post(API + "/uploads", "application/octet-stream", model);
        var uri = TestServer.JSON.readTree(upload.body()).get("uri").stringValue();
        var body =
                "{\"name\":\"%s\",\"source\":{\"uri\":\"%s\"},\"replace\":true}"
                        .formatted(name, uri);
        return server.post(API + "/deploy", "application/json", json(body)).statusCode();
    }

    private static void verify(
            ServerProcess server, Map<String, Set<Integer>> expected, String when)
            throws IOException, InterruptedException {
        for (var name : NAMES) {
            int found = answer(server, name, when);
            assertThat(expected.get(name)).as("%s: %s", when, name).contains(found);
            expected.put(name, Set.of(found));
        }
    }

    private static int answer(ServerProcess server, String name, String when)
            throws IOException, InterruptedException {
        var body = "{\"model\":\"%s\",\"instances\":[[1.5]]}".formatted(name);
        var answer = server.post(API + "/predict", "application/json", json(body));
        if (answer.statusCode() == 404) {
            return NOTHING;
        }
        assertThat(answer.statusCode()).as("%s: %s", when, answer.body()).isEqualTo(200);
        return TestServer.JSON.readTree(answer.body()).at("/outputs/0/data/0").intValue();
    }

    private static void requireNoOrphans(ServerProcess server, Path data)
            throws IOException, InterruptedException {
        var registered =
                TestServer.JSON
                        .readTree(server.get(API + "/models").body())
                        .findValuesAsString("sha256");
        try (var kept = Files.list(data.resolve("repository"))) {
            assertThat(
                            kept.map(path -> path.getFileName().toString())
                                    .filter(name -> name.matches("[0-9a-f]{64}"))
                                    .collect(Collectors.toSet()))
                    .isSubsetOf(registered);
        }
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
