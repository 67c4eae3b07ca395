package io.matih.inference.server.security;

/// The configured address may not be bound. The message is one line for the operator; the program
/// exits with 78.
public final class BindRefusedException extends RuntimeException {
    public BindRefusedException(String message) {
        super(message);
    }
}
