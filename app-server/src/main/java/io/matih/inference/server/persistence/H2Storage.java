package io.matih.inference.server.persistence;

import com.zaxxer.hikari.HikariDataSource;

import io.matih.inference.migrations.SchemaState;
import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.flywaydb.core.api.FlywayException;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;

import javax.sql.DataSource;

/// The H2 file in the data folder.
final class H2Storage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(H2Storage.class);
    private static final String BARRIER = "CHECKPOINT SYNC";
    private static final String USER = "matih";
    private static final long COMPACT_BYTES = 32L << 20;

    private final H2Folder folder;
    private final JdbcDataSource file;
    private final HikariDataSource pool;

    private H2Storage(H2Folder folder, JdbcDataSource file, HikariDataSource pool) {
        this.folder = folder;
        this.file = file;
        this.pool = pool;
    }

    static H2Storage open(Path dataFolder, Schema schema) {
        H2Folder folder;
        try {
            folder = H2Folder.open(dataFolder);
        } catch (IOException e) {
            throw unusable(dataFolder, e);
        }
        try {
            return open(folder, schema);
        } catch (IOException e) {
            closeQuietly(folder);
            throw unusable(dataFolder, e);
        } catch (RuntimeException e) {
            closeQuietly(folder);
            throw e;
        }
    }

    private static H2Storage open(H2Folder folder, Schema schema) throws IOException {
        var file = new JdbcDataSource();
        file.setURL(url(folder));
        file.setUser(USER);
        file.setPassword(folder.credentials());
        try (var _ = connect(folder, file)) {
            migrate(folder, file, schema);
            var config = Pools.config();
            config.setDataSource(file);
            return new H2Storage(folder, file, new HikariDataSource(config));
        } catch (SQLException e) {
            shutDown(file);
            throw translated(folder, e);
        } catch (FlywayException e) {
            shutDown(file);
            throw folder.damaged("cannot be read", e);
        } catch (IOException | RuntimeException e) {
            shutDown(file);
            throw e;
        }
    }

    /// With H2's plain files an interrupted thread closes the database for everybody, hence
    /// `async`. `WRITE_DELAY` and `REUSE_SPACE` are the subject of docs/adr/0001-h2-durability.md;
    /// the trace file would hold statements with their values.
    private static String url(H2Folder folder) {
        return String.join(
                ";",
                "jdbc:h2:async:" + folder.name(),
                "WRITE_DELAY=0",
                "REUSE_SPACE=FALSE",
                "DB_CLOSE_DELAY=-1",
                "DB_CLOSE_ON_EXIT=FALSE",
                "TRACE_LEVEL_FILE=0");
    }

    /// A file that has grown is written anew first: while it is open its space is not reused.
    private static Connection connect(H2Folder folder, JdbcDataSource file)
            throws SQLException, IOException {
        boolean grown = Files.size(folder.database()) > COMPACT_BYTES;
        var connection = file.getConnection();
        if (!grown) {
            return connection;
        }
        try (connection;
                var statement = connection.createStatement()) {
            statement.execute("SHUTDOWN COMPACT");
        }
        OwnerOnly.tightenFile(folder.database());
        OwnerOnly.sync(folder.database());
        return file.getConnection();
    }

    private static void migrate(H2Folder folder, JdbcDataSource file, Schema schema)
            throws IOException, SQLException {
        var start = new SchemaStart(schema, folder.rescue());
        switch (start.check(file)) {
            case SchemaState.Absent _ when folder.isEstablished() ->
                    throw folder.damaged("has lost its tables", null);
            case SchemaState.Older(var found, _) -> {
                var backup = new H2Backup(folder.backups(), Clock.systemUTC()).write(file, found);
                LOG.info("database backed up to {} before it is migrated", backup);
                start.migrate(file);
            }
            default -> start.migrate(file);
        }
        if (!folder.isEstablished()) {
            execute(file, BARRIER);
            folder.establish();
        }
    }

    @Override
    public DataSource dataSource() {
        return pool;
    }

    @Override
    public Optional<String> barrier() {
        return Optional.of(BARRIER);
    }

    @Override
    public void close() {
        pool.close();
        shutDown(file);
        closeQuietly(folder);
    }

    private static DatabaseStartException translated(H2Folder folder, SQLException e) {
        return switch (e.getErrorCode()) {
            case ErrorCode.DATABASE_ALREADY_OPEN_1 -> StoreLock.locked(folder.database());
            case ErrorCode.WRONG_USER_OR_PASSWORD ->
                    folder.damaged("does not take the password beside it", e);
            default -> folder.damaged("cannot be read", e);
        };
    }

    private static DatabaseStartException unusable(Path dataFolder, IOException e) {
        return new DatabaseStartException(
                Reason.FOLDER_UNUSABLE,
                "the data folder %s cannot be used: %s".formatted(dataFolder, e),
                e);
    }

    private static void shutDown(JdbcDataSource file) {
        try {
            execute(file, "SHUTDOWN");
        } catch (SQLException e) {
            LOG.debug("the database was closed already", e);
        }
    }

    private static void execute(JdbcDataSource file, String sql) throws SQLException {
        try (var connection = file.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void closeQuietly(H2Folder folder) {
        try {
            folder.close();
        } catch (IOException e) {
            LOG.warn("the lock of the data folder could not be released", e);
        }
    }
}
