package io.matih.inference.server.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.deployment.DeploymentRecord;
import io.matih.inference.engine.deployment.Revision;
import io.matih.inference.engine.model.ModelVersion;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/// Kills a process that writes, at random moments, and looks at what is left.
class KillTest {
    private static final int MOST_CHANGES = 40;
    private static final Duration MOST_DELAY = Duration.ofMillis(20);
    private static final Duration MOST_START = Duration.ofMillis(400);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Map<String, Long> acknowledged = new HashMap<>();

    @TempDir Path scratch;
    private Path data;

    @BeforeEach
    void chooseAFolder() {
        data = scratch.resolve("data");
    }

    @Test
    void acknowledgedChangesSurviveAKill() throws Exception {
        killAndLook(8);
    }

    @Test
    @Tag("slow")
    void acknowledgedChangesSurviveAHundredKills() throws Exception {
        killAndLook(100);
    }

    @Test
    void aFirstStartThatIsKilledIsBegunAnew() throws Exception {
        killFirstStarts(2);
    }

    @Test
    @Tag("slow")
    void aFirstStartThatIsKilledOftenIsBegunAnew() throws Exception {
        killFirstStarts(30);
    }

    private void killAndLook(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            killAfter(1 + random.nextInt(MOST_CHANGES));
            look(round);
        }
    }

    private void killAfter(int changes) throws Exception {
        var child = CommitLoop.start(data, scratch);
        try (var output = child.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < changes; i++) {
                remember(output.readLine());
            }
            LockSupport.parkNanos(random.nextLong(MOST_DELAY.toNanos()));
            kill(child);
            rest(output);
        } finally {
            kill(child);
        }
    }

    /// What was acknowledged before the kill and is still in the pipe counts too.
    private void rest(BufferedReader output) throws IOException {
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            // The last line may be cut; a number that is cut is a smaller one, and still true.
            if (line.matches("ack m\\d+ \\d+")) {
                remember(line);
            }
        }
    }

    private void remember(String line) throws IOException {
        assertThat(line)
                .as(() -> "the child's output; its errors: " + errors())
                .matches("ack m\\d+ \\d+");
        var words = line.split(" ", -1);
        acknowledged.merge(words[1], Long.valueOf(words[2]), Math::max);
    }

    private void look(int round) {
        try (var database = Database.open(new DatabaseSettings(data))) {
            var store = new JdbiDeploymentStore(database);
            var versions = new JdbiModelVersionStore(database).versions();
            for (var name : CommitLoop.NAMES) {
                var revisions = store.revisions(name);
                assertThat((long) revisions.size())
                        .as("'%s' in round %d, seed %d", name, round, seed)
                        .isGreaterThanOrEqualTo(acknowledged.getOrDefault(name, 0L));
                lookForHalves(name, revisions, versions, store.deployments());
            }
        }
    }

    private void lookForHalves(
            String name,
            List<Revision> revisions,
            List<ModelVersion> versions,
            List<DeploymentRecord> deployments) {
        long last = revisions.size();
        assertThat(revisions)
                .extracting(Revision::number)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, last).map(i -> last + 1 - i).boxed().toList());
        assertThat(versions)
                .filteredOn(version -> version.name().equals(name))
                .extracting(ModelVersion::digest)
                .containsExactlyElementsOf(
                        revisions.reversed().stream()
                                .map(Revision::digest)
                                .filter(digest -> digest != null)
                                .toList());
        assertThat(deployments)
                .filteredOn(deployment -> deployment.name().equals(name))
                .extracting(DeploymentRecord::revision)
                .containsExactlyElementsOf(
                        revisions.stream()
                                .limit(1)
                                .filter(newest -> newest.action() == Revision.Action.DEPLOY)
                                .map(Revision::number)
                                .toList());
    }

    private void killFirstStarts(int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            data = scratch.resolve("first-" + round);
            killDuringStart();
            try (var database = Database.open(new DatabaseSettings(data))) {
                assertThat(database.ping()).as("round %d, seed %d", round, seed).isTrue();
            }
        }
    }

    private void killDuringStart() throws Exception {
        var child = CommitLoop.start(data, scratch);
        try {
            var file = data.resolve("database").resolve("matih.mv.db");
            while (child.isAlive() && Files.notExists(file)) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
            LockSupport.parkNanos(random.nextLong(MOST_START.toNanos()));
        } finally {
            kill(child);
        }
    }

    private static void kill(Process child) throws InterruptedException {
        child.destroyForcibly().waitFor();
    }

    private String errors() {
        try {
            return Files.readString(scratch.resolve("errors"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
