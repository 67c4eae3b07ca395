package io.matih.inference.server.persistence;

import com.zaxxer.hikari.HikariConfig;

import java.time.Duration;

/// What both kinds of database want of their connection pool: small, and quick to say no.
final class Pools {
    private static final int CONNECTIONS = 8;
    private static final Duration WAIT = Duration.ofSeconds(5);

    private Pools() {}

    static HikariConfig config() {
        var config = new HikariConfig();
        config.setPoolName("matih-database");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(WAIT.toMillis());
        config.setValidationTimeout(WAIT.dividedBy(2).toMillis());
        // One try: whoever starts the server decides whether to try again.
        config.setInitializationFailTimeout(1);
        return config;
    }
}
