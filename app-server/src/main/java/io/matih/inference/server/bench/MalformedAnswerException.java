package io.matih.inference.server.bench;

/// A server sent what is no HTTP/1.1 response.
final class MalformedAnswerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedAnswerException(String message) {
        super(message);
    }
}
