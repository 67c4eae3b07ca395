package io.matih.inference.server.persistence;

import java.util.List;

/// The tables of the stores, for tests that share a database.
final class StoreTables {
    private static final List<String> DELETES =
            List.of(
                    "DELETE FROM deployments",
                    "DELETE FROM deployment_revisions",
                    "DELETE FROM model_labels",
                    "DELETE FROM model_versions",
                    "DELETE FROM artifact_verdicts");

    private StoreTables() {}

    static void empty(Database database) {
        database.change(handle -> DELETES.forEach(handle::execute));
    }
}
