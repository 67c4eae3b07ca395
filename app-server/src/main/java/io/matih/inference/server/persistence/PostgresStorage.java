package io.matih.inference.server.persistence;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;

import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

import java.sql.SQLException;
import java.util.Optional;

import javax.sql.DataSource;

/// A PostgreSQL database that somebody else runs and backs up; several servers may share it.
final class PostgresStorage implements Storage {
    static final String SCHEME = "jdbc:postgresql:";

    private final HikariDataSource pool;

    private PostgresStorage(HikariDataSource pool) {
        this.pool = pool;
    }

    static PostgresStorage open(DatabaseSettings settings, String url, Schema schema) {
        var pool = pool(settings, url);
        try {
            var start = new SchemaStart(schema, "restore a backup of " + settings);
            start.check(pool);
            start.migrate(pool);
            return new PostgresStorage(pool);
        } catch (FlywayException e) {
            pool.close();
            throw refused(settings, e);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static HikariDataSource pool(DatabaseSettings settings, String url) {
        var config = Pools.config();
        config.setJdbcUrl(url);
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        // Seconds; what the URL says wins.
        config.addDataSourceProperty("connectTimeout", "5");
        config.addDataSourceProperty("socketTimeout", "60");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("ApplicationName", "matih");
        try {
            return new HikariDataSource(config);
        } catch (PoolInitializationException e) {
            throw unreachable(settings, e);
        } catch (RuntimeException e) {
            throw refused(settings, e);
        }
    }

    @Override
    public DataSource dataSource() {
        return pool;
    }

    @Override
    public Optional<String> barrier() {
        return Optional.empty();
    }

    @Override
    public void close() {
        pool.close();
    }

    private static DatabaseStartException unreachable(
            DatabaseSettings settings, PoolInitializationException e) {
        // Class 28 is a wrong user or password, 3D a database that does not exist.
        var state = sqlState(e);
        return state.startsWith("28") || state.startsWith("3D")
                ? refused(settings, e)
                : new DatabaseStartException(
                        Reason.DATABASE_UNAVAILABLE, settings + " does not answer", e);
    }

    private static DatabaseStartException refused(DatabaseSettings settings, Throwable cause) {
        return new DatabaseStartException(
                Reason.DATABASE_REFUSED,
                "%s cannot be used: %s".formatted(settings, root(cause).getMessage()),
                cause);
    }

    private static String sqlState(@Nullable Throwable cause) {
        for (var at = cause; at != null; at = at.getCause()) {
            if (at instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    private static Throwable root(Throwable cause) {
        var root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
