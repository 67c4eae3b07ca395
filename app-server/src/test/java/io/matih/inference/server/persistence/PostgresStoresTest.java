package io.matih.inference.server.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.deployment.DeploymentStore;
import io.matih.inference.engine.deployment.DeploymentStoreContract;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.ModelVersionStoreContract;
import io.matih.inference.engine.model.VerdictStore;
import io.matih.inference.engine.model.VerdictStoreContract;
import io.matih.inference.engine.shadow.ShadowStore;
import io.matih.inference.engine.shadow.ShadowStoreContract;
import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The stores on a real PostgreSQL server.
@Tag("slow")
class PostgresStoresTest {
    @TempDir static Path data;
    private static PostgresServer server;
    private static Database database;

    @BeforeAll
    static void open() throws Exception {
        server = PostgresServer.start();
        database = Database.open(server.settings(data));
    }

    @BeforeEach
    void empty() {
        StoreTables.empty(database);
    }

    @AfterAll
    static void close() throws Exception {
        try {
            database.close();
        } finally {
            server.stop();
        }
    }

    @Test
    void aSecondServerMayShareTheDatabase() {
        try (var second = Database.open(server.settings(data))) {
            assertThat(second.ping()).isTrue();
        }
        assertThat(database.ping()).isTrue();
    }

    @Test
    void aWrongPasswordIsRefusedAndNotRepeated() {
        var settings = new DatabaseSettings(data, server.url(), server.user(), "wrong-secret");

        assertThat(Refusals.of(Reason.DATABASE_REFUSED, () -> Database.open(settings)))
                .doesNotContain("wrong-secret");
    }

    @Test
    void aDatabaseThatDoesNotExistIsRefused() {
        var settings =
                new DatabaseSettings(data, server.url() + "x", server.user(), server.password());

        Refusals.of(Reason.DATABASE_REFUSED, () -> Database.open(settings));
    }

    @Nested
    class Deployments extends DeploymentStoreContract {
        @Override
        protected DeploymentStore deployments() {
            return new JdbiDeploymentStore(database);
        }

        @Override
        protected ModelVersionStore versions() {
            return new JdbiModelVersionStore(database);
        }
    }

    @Nested
    class Versions extends ModelVersionStoreContract {
        @Override
        protected DeploymentStore deployments() {
            return new JdbiDeploymentStore(database);
        }

        @Override
        protected ModelVersionStore versions() {
            return new JdbiModelVersionStore(database);
        }
    }

    @Nested
    class Verdicts extends VerdictStoreContract {
        @Override
        protected VerdictStore verdicts() {
            return new JdbiVerdictStore(database);
        }
    }

    @Nested
    class Shadows extends ShadowStoreContract {
        @Override
        protected ShadowStore shadows() {
            return new JdbiShadowStore(database);
        }

        @Override
        protected DeploymentStore deployments() {
            return new JdbiDeploymentStore(database);
        }
    }
}
