package io.matih.inference.server.doctor;

/// The server does not keep a clause; the message says what was expected and what came.
final class BrokenClauseException extends RuntimeException {
    BrokenClauseException(String message) {
        super(message);
    }
}
