package io.matih.inference.server.persistence;

import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Keeps a second server off a data folder from before its database is made until after it is
/// closed. The system frees it when the process dies, however it dies.
///
/// H2 locks its own file too; that lock holds where this one cannot: on POSIX a process that opens
/// and closes the file a second time loses the first lock.
final class StoreLock implements AutoCloseable {
    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    static StoreLock acquire(Path file) throws IOException {
        if (Files.notExists(file)) {
            createUnlessThere(file);
        }
        var channel = FileChannel.open(file, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return new StoreLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw locked(file);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw locked(file);
    }

    static DatabaseStartException locked(Path file) {
        return new DatabaseStartException(
                Reason.STORE_LOCKED,
                "another server works on %s; stop it, or give this one another data.dir"
                        .formatted(file.getParent()));
    }

    private static void createUnlessThere(Path file) throws IOException {
        try {
            OwnerOnly.emptyFile(file);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            // Another server made it at this moment; the lock decides which of us stays.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
