package io.matih.inference.server.persistence;

import static io.matih.inference.engine.deployment.StoreSamples.deployNext;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/// A database that is not what the server left: it refuses to start, says where the backups are,
/// and leaves the files for whoever repairs them.
class DamagedDatabaseTest {
    private static final int HEADERS_BYTES = 8192;

    @TempDir Path data;
    private Path file;

    @BeforeEach
    void makeADatabase() {
        file = data.resolve("database").resolve("matih.mv.db");
        try (var database = Database.open(new DatabaseSettings(data))) {
            deployNext(new JdbiDeploymentStore(database), version("iris", 1, 1));
        }
    }

    @Test
    void aZeroedHeaderIsRefused() throws Exception {
        overwrite(0, new byte[HEADERS_BYTES]);
        assertRefused();
    }

    @Test
    void aHalfFileIsRefused() throws Exception {
        cutTo(Files.size(file) / 2);
        assertRefused();
    }

    @Test
    void anotherKindOfFileIsRefused() throws Exception {
        var noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        Files.write(file, noise);
        assertRefused();
    }

    @Test
    void anOverwrittenBodyIsRefused() throws Exception {
        var noise = new byte[(int) Files.size(file) - HEADERS_BYTES];
        new Random(1).nextBytes(noise);
        overwrite(HEADERS_BYTES, noise);
        assertRefused();
    }

    @Test
    void anEmptyFileIsNotTakenForANewDatabase() throws Exception {
        cutTo(0);
        assertRefused();
    }

    @Test
    void aMissingFileIsNotReplacedByANewOne() throws Exception {
        Files.delete(file);

        assertThat(refusal()).contains(data.resolve("backups").toString());
        assertThat(file).doesNotExist();
    }

    @Test
    void aDatabaseWithoutItsPasswordIsLeftAlone() throws Exception {
        Files.delete(data.resolve("database").resolve("password"));
        assertRefused();
    }

    @Test
    void anEmptyDatabaseInItsPlaceIsRefused() throws Exception {
        try (var database = Database.open(new DatabaseSettings(data))) {
            database.change(handle -> handle.execute("DROP ALL OBJECTS"));
        }

        assertThat(refusal()).contains(data.resolve("backups").toString());
    }

    private void assertRefused() throws IOException {
        var before = Files.readAllBytes(file);

        assertThat(refusal()).contains(data.resolve("backups").toString());
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    private String refusal() {
        return Refusals.of(
                Reason.DATABASE_DAMAGED, () -> Database.open(new DatabaseSettings(data)));
    }

    private void cutTo(long bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    private void overwrite(long position, byte[] bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), position);
        }
    }
}
