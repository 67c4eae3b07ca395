package io.matih.inference.server.doctor;

/// The server, or the model that it is asked with, has no use for a clause; the message says why.
final class NotOfferedException extends RuntimeException {
    NotOfferedException(String message) {
        super(message);
    }
}
