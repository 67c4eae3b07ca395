package io.matih.inference.server.bench.suite;

import java.io.IOException;

/// One question that the suite answers.
interface SuiteRow {
    /// Stable: results of different days are compared by it.
    String name();

    RowResult run(Stage stage) throws IOException, InterruptedException;
}
