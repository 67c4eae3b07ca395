package io.matih.inference.server.persistence;

import java.util.Optional;

import javax.sql.DataSource;

/// An open database of one kind, its schema brought up to date.
interface Storage extends AutoCloseable {
    /// Pooled connections.
    DataSource dataSource();

    /// What makes a finished commit survive power loss; empty where each commit does.
    Optional<String> barrier();

    @Override
    void close();
}
