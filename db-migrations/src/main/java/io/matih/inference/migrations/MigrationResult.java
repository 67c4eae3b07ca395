package io.matih.inference.migrations;

import org.jspecify.annotations.Nullable;

/// What a migration came to.
public sealed interface MigrationResult {
    /// The schema was the newest already.
    record UpToDate(String version) implements MigrationResult {}

    /// The schema was brought forward.
    ///
    /// @param from the version before; absent where there was no schema
    record Migrated(@Nullable String from, String to) implements MigrationResult {}

    /// A newer program has been here; nothing was touched.
    record Newer(String found, String known) implements MigrationResult {}

    /// A migration, this one or an earlier one, did not succeed.
    ///
    /// @param reason one line for the operator
    record Failed(String reason) implements MigrationResult {}
}
