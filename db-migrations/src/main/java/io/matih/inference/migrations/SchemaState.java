package io.matih.inference.migrations;

/// How a database's schema stands to the one that this program knows. Versions are the scripts'
/// numbers, such as `001`.
public sealed interface SchemaState {
    /// There is no schema yet.
    ///
    /// @param known the version that a migration makes
    record Absent(String known) implements SchemaState {}

    /// Nothing to do.
    record Current(String version) implements SchemaState {}

    /// A migration is due.
    ///
    /// @param found the database's version
    /// @param known the version that a migration makes
    record Older(String found, String known) implements SchemaState {}

    /// A newer program has been here; this one must leave the database alone.
    ///
    /// @param found the database's version
    /// @param known the newest version that this program knows
    record Newer(String found, String known) implements SchemaState {}

    /// A migration stopped half-way, or the schema is not one that our scripts made.
    ///
    /// @param reason one line for the operator
    record Broken(String reason) implements SchemaState {}
}
