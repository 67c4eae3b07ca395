package io.matih.inference.server.persistence;

import static io.matih.inference.engine.deployment.StoreSamples.deployNext;
import static io.matih.inference.engine.deployment.StoreSamples.undeploy;
import static io.matih.inference.engine.deployment.StoreSamples.version;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.deployment.DeploymentStore;

import org.h2.jdbcx.JdbcDataSource;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// What a kill would leave, at the worst moments: a copy of the file, taken after each
/// acknowledgement, holds the change. Reopening between the rounds makes holes in the file, where
/// H2 loses what it writes unless it is told not to.
class AcknowledgedChangeTest {
    private static final int ROUNDS = 4;
    private static final int CHANGES = 12;

    @TempDir Path scratch;

    @Test
    void isInTheFileWhenItIsAcknowledged() throws Exception {
        var data = scratch.resolve("data-0");
        for (int round = 1; round <= ROUNDS; round++) {
            var left = scratch.resolve("data-" + round);
            try (var database = Database.open(new DatabaseSettings(data))) {
                // As in a server that runs for long: after 45 seconds H2 takes unused space for
                // free.
                database.change(handle -> handle.execute("SET RETENTION_TIME 0"));
                var store = new JdbiDeploymentStore(database);
                for (int i = 0; i < CHANGES; i++) {
                    long number = change(store);
                    assertThat(lastRevisionInACopyOf(data.resolve("database")))
                            .as("round %d, change %d", round, i)
                            .isEqualTo(number);
                }
                leave(data.resolve("database"), left.resolve("database"));
            }
            data = left;
            Database.open(new DatabaseSettings(data)).close();
        }
    }

    /// Copies what a kill would leave.
    private static void leave(Path database, Path left) throws IOException {
        OwnerOnly.folder(left);
        for (var name : List.of("matih.mv.db", "password")) {
            Files.copy(database.resolve(name), left.resolve(name));
        }
    }

    private static long change(DeploymentStore store) {
        long number = store.lastRevision("iris") + 1;
        if (number % 4 == 0) {
            store.undeployed(undeploy("iris", number));
        } else {
            deployNext(store, version("iris", (int) number, (int) number));
        }
        return number;
    }

    private long lastRevisionInACopyOf(Path folder) throws IOException {
        var copy = new JdbcDataSource();
        copy.setURL("jdbc:h2:file:" + scratch.resolve("copy") + ";DB_CLOSE_DELAY=0");
        copy.setUser("matih");
        copy.setPassword(Files.readString(folder.resolve("password")).strip());
        Files.copy(
                folder.resolve("matih.mv.db"),
                scratch.resolve("copy.mv.db"),
                StandardCopyOption.REPLACE_EXISTING);
        return Jdbi.create(copy)
                .withHandle(
                        handle ->
                                handle.createQuery("SELECT MAX(revision) FROM deployment_revisions")
                                        .mapTo(long.class)
                                        .one());
    }
}
