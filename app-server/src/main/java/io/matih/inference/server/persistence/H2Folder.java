package io.matih.inference.server.persistence;

import io.matih.inference.server.persistence.DatabaseStartException.Reason;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/// The files around the H2 database: its folder, lock and password.
///
/// The password's name tells whether the database is whole: it is `password.new` until the first
/// schema is safely on disk. So a start that was cut short is begun anew, and a database that
/// vanished is not silently replaced by an empty one.
final class H2Folder implements AutoCloseable {
    private static final int PASSWORD_BYTES = 32;

    private final Path folder;
    private final Path backups;
    private final StoreLock lock;

    private H2Folder(Path folder, Path backups, StoreLock lock) {
        this.folder = folder;
        this.backups = backups;
        this.lock = lock;
    }

    static H2Folder open(Path dataFolder) throws IOException {
        var data = dataFolder.toAbsolutePath().normalize();
        if (data.toString().indexOf(';') >= 0) {
            throw new DatabaseStartException(
                    Reason.FOLDER_UNUSABLE, "data.dir may not contain ';': " + data);
        }
        var folder = OwnerOnly.folder(data.resolve("database"));
        var lock = StoreLock.acquire(folder.resolve("lock"));
        return new H2Folder(folder, data.resolve("backups"), lock);
    }

    Path database() {
        return folder.resolve("matih.mv.db");
    }

    Path backups() {
        return backups;
    }

    /// The database's name in an H2 URL.
    String name() {
        return folder.resolve("matih").toString();
    }

    boolean isEstablished() {
        return Files.exists(password());
    }

    /// The password of the database that is there, or of a new one, for which it prepares a file.
    String credentials() throws IOException {
        return isEstablished() ? known() : prepared();
    }

    /// Says that the database is whole.
    void establish() throws IOException {
        OwnerOnly.move(newPassword(), password());
    }

    DatabaseStartException damaged(String what, @Nullable Throwable cause) {
        return new DatabaseStartException(
                Reason.DATABASE_DAMAGED, "%s %s; %s".formatted(database(), what, rescue()), cause);
    }

    String rescue() {
        return "restore a backup from " + backups;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }

    private String known() throws IOException {
        if (Files.notExists(database()) || Files.size(database()) == 0) {
            throw new DatabaseStartException(
                    Reason.DATABASE_DAMAGED,
                    "%s is gone or empty; %s, or remove %s to begin with nothing"
                            .formatted(database(), rescue(), password()));
        }
        if (H2Header.read(database()).isCutShort()) {
            throw damaged("has lost its end", null);
        }
        if (OwnerOnly.isOpenToOthers(password())) {
            throw new DatabaseStartException(
                    Reason.WEAK_FILE_MODE,
                    "other users may read %s; run: chmod 600 %s".formatted(password(), password()));
        }
        OwnerOnly.tightenFile(database());
        return Files.readString(password()).strip();
    }

    private String prepared() throws IOException {
        if (Files.exists(database()) && Files.notExists(newPassword())) {
            throw new DatabaseStartException(
                    Reason.DATABASE_DAMAGED,
                    "%s is there without its password %s; put it back, or %s"
                            .formatted(database(), password(), rescue()));
        }
        var random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        var password = HexFormat.of().formatHex(random);
        OwnerOnly.write(newPassword(), password + "\n");
        Files.deleteIfExists(database());
        OwnerOnly.emptyFile(database());
        return password;
    }

    private Path password() {
        return folder.resolve("password");
    }

    private Path newPassword() {
        return folder.resolve("password.new");
    }
}
