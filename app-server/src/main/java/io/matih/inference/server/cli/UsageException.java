package io.matih.inference.server.cli;

import java.util.Objects;

/// An argument that cannot be what was meant; the command ends with 2 and points to its help.
final class UsageException extends RuntimeException {
    UsageException(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
