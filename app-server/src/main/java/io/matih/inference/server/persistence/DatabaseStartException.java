package io.matih.inference.server.persistence;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// Why the server cannot start on its database. The message is one line for the operator on the
/// machine; it may name files, so it is never sent to a client.
public final class DatabaseStartException extends RuntimeException {
    private static final int EXIT_UNAVAILABLE = 69;
    private static final int EXIT_CONFIGURATION = 78;

    private final Reason reason;

    DatabaseStartException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    DatabaseStartException(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /// What is wrong, and how the program exits for it: 69 where waiting may help, 78 where
    /// somebody has to change something.
    public enum Reason {
        /// Another server works on the same data folder.
        STORE_LOCKED(EXIT_UNAVAILABLE),
        /// The database server does not answer.
        DATABASE_UNAVAILABLE(EXIT_UNAVAILABLE),
        /// The URL is not one of ours, or the database does not let us in.
        DATABASE_REFUSED(EXIT_CONFIGURATION),
        /// The file cannot be read, or is gone.
        DATABASE_DAMAGED(EXIT_CONFIGURATION),
        /// A newer program has been here.
        SCHEMA_NEWER(EXIT_CONFIGURATION),
        /// A migration stopped half-way.
        SCHEMA_BROKEN(EXIT_CONFIGURATION),
        /// Other users of the machine may read a secret.
        WEAK_FILE_MODE(EXIT_CONFIGURATION),
        /// The data folder cannot be used.
        FOLDER_UNUSABLE(EXIT_CONFIGURATION);

        private final int exitCode;

        Reason(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }
}
