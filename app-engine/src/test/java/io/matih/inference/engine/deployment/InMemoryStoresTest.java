package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.ModelVersionStoreContract;
import io.matih.inference.engine.model.VerdictStore;
import io.matih.inference.engine.model.VerdictStoreContract;
import io.matih.inference.engine.shadow.ShadowStore;
import io.matih.inference.engine.shadow.ShadowStoreContract;

import org.junit.jupiter.api.Nested;

/// The stores that other tests trust hold what the real ones hold.
class InMemoryStoresTest {
    @Nested
    class Deployments extends DeploymentStoreContract {
        private final InMemoryStores stores = new InMemoryStores();

        @Override
        protected DeploymentStore deployments() {
            return stores;
        }

        @Override
        protected ModelVersionStore versions() {
            return stores;
        }
    }

    @Nested
    class Versions extends ModelVersionStoreContract {
        private final InMemoryStores stores = new InMemoryStores();

        @Override
        protected DeploymentStore deployments() {
            return stores;
        }

        @Override
        protected ModelVersionStore versions() {
            return stores;
        }
    }

    @Nested
    class Verdicts extends VerdictStoreContract {
        private final InMemoryStores stores = new InMemoryStores();

        @Override
        protected VerdictStore verdicts() {
            return stores;
        }
    }

    @Nested
    class Shadows extends ShadowStoreContract {
        private final InMemoryStores stores = new InMemoryStores();

        @Override
        protected ShadowStore shadows() {
            return stores;
        }

        @Override
        protected DeploymentStore deployments() {
            return stores;
        }
    }
}
