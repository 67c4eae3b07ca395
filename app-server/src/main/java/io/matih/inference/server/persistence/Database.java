package io.matih.inference.server.persistence;

import io.matih.inference.engine.error.ErrorCode;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// The server's database: an H2 file in the data folder, or PostgreSQL. Any thread may use it, also
/// an interrupted one.
///
/// Work throws `CONFLICT` where something exists already, `IN_USE` where something else refers to
/// what is to go, and `STORAGE_FAILED` where the database fails.
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int PING_SECONDS = 2;

    private final Storage storage;
    private final Jdbi jdbi;
    private final Optional<String> barrier;

    private Database(Storage storage) {
        this.storage = storage;
        this.jdbi = Jdbi.create(storage.dataSource());
        this.barrier = storage.barrier();
    }

    /// Opens the database and brings its schema up to date; an H2 file is backed up before.
    ///
    /// @throws DatabaseStartException where it cannot be used; it is as it was then
    public static Database open(DatabaseSettings settings) {
        return open(settings, Schema.SHIPPED);
    }

    static Database open(DatabaseSettings settings, Schema schema) {
        var url = settings.url();
        if (url == null) {
            return new Database(H2Storage.open(settings.dataFolder(), schema));
        }
        if (!url.startsWith(PostgresStorage.SCHEME)) {
            throw new DatabaseStartException(
                    DatabaseStartException.Reason.DATABASE_REFUSED,
                    "database.url must begin with %s, or be left out"
                            .formatted(PostgresStorage.SCHEME));
        }
        return new Database(PostgresStorage.open(settings, url, schema));
    }

    /// Reads; whatever `work` changed outside a transaction of its own is kept.
    <T> T read(Function<Handle, T> work) {
        return translating(() -> jdbi.withHandle(work::apply));
    }

    /// Changes something in one transaction that survives the process, but not power loss.
    void change(Consumer<Handle> work) {
        translating(
                () -> {
                    jdbi.useTransaction(work::accept);
                    return true;
                });
    }

    /// Changes something in one transaction that survives power loss once this returns. Where it
    /// throws `STORAGE_FAILED`, the change may have happened or not: read it back.
    void durable(Consumer<Handle> work) {
        translating(
                () ->
                        jdbi.withHandle(
                                handle -> {
                                    handle.useTransaction(work::accept);
                                    barrier.ifPresent(handle::execute);
                                    return true;
                                }));
    }

    /// Whether the database answers.
    public boolean ping() {
        try {
            return jdbi.withHandle(
                    handle ->
                            handle.createQuery("SELECT 1")
                                            .setQueryTimeout(PING_SECONDS)
                                            .mapTo(int.class)
                                            .one()
                                    == 1);
        } catch (JdbiException e) {
            LOG.debug("the database does not answer", e);
            return false;
        }
    }

    @Override
    public void close() {
        storage.close();
    }

    private static <T> T translating(Supplier<T> work) {
        try {
            return work.get();
        } catch (JdbiException e) {
            var failure = SqlFailures.translated(e);
            if (failure.code() == ErrorCode.STORAGE_FAILED) {
                LOG.error("the database failed", e);
            }
            throw failure;
        }
    }
}
