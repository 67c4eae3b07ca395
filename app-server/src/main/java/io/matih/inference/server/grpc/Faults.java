package io.matih.inference.server.grpc;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

/// What is wrong with a field of a message.
final class Faults {
    private Faults() {}

    /// @param field as a path in the message: `inputs[0].shape`
    static ServingException wrong(ErrorCode code, String field, String expected, String actual) {
        var got = ServingException.clip(actual);
        return new ServingException(
                code,
                "%s: expected %s, got %s".formatted(field, expected, got),
                new ErrorDetail(field, expected, got));
    }
}
