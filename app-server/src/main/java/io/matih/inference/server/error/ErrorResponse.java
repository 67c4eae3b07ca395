package io.matih.inference.server.error;

import org.jspecify.annotations.Nullable;

/// A failed request's answer, ready to be written.
///
/// @param status the HTTP status
/// @param body UTF-8 JSON in the one form all errors have
/// @param retryAfterSeconds the `Retry-After` header's value, where there is one
/// @param endsConnection whether the connection is of no use afterwards
@SuppressWarnings("ArrayRecordComponent") // never compared; written once
public record ErrorResponse(
        int status, byte[] body, @Nullable Long retryAfterSeconds, boolean endsConnection) {}
