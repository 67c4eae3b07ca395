package io.matih.inference.server.persistence;

import io.matih.inference.engine.deployment.DeploymentStore;
import io.matih.inference.engine.deployment.DeploymentStoreContract;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.ModelVersionStoreContract;
import io.matih.inference.engine.model.VerdictStore;
import io.matih.inference.engine.model.VerdictStoreContract;
import io.matih.inference.engine.shadow.ShadowStore;
import io.matih.inference.engine.shadow.ShadowStoreContract;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The stores on the shipped H2 schema, in a file.
class H2StoresTest {
    @TempDir static Path data;
    private static Database database;

    @BeforeAll
    static void open() {
        database = Database.open(new DatabaseSettings(data));
    }

    @BeforeEach
    void empty() {
        StoreTables.empty(database);
    }

    @AfterAll
    static void close() {
        database.close();
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
