package io.matih.inference.server.error;

import io.grpc.Status;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Set;

/// Turns error codes into what the protocols say. Every code is listed by name, so that a new one
/// stops the build here.
public final class ErrorResponses {
    /// What a 503 says when the failure itself does not know better.
    private static final Duration RETRY_SOON = Duration.ofSeconds(1);

    /// Where the rest of the message is not read, or cannot be told from the next one.
    private static final Set<ErrorCode> ENDS_CONNECTION =
            Set.of(
                    ErrorCode.BAD_HTTP,
                    ErrorCode.BODY_TOO_LARGE,
                    ErrorCode.URI_TOO_LONG,
                    ErrorCode.HEADERS_TOO_LARGE,
                    ErrorCode.REQUEST_TIMEOUT,
                    ErrorCode.CANCELLED,
                    ErrorCode.SHUTTING_DOWN);

    private ErrorResponses() {}

    /// The HTTP status of a code. 499 is never seen by a client: it stands in logs for one that
    /// left.
    public static int status(ErrorCode code) {
        return switch (code) {
            case MALFORMED_REQUEST,
                    MALFORMED_JSON,
                    JSON_LIMIT,
                    INVALID_NAME,
                    INVALID_PARAMETER,
                    INVALID_SHAPE,
                    INVALID_DTYPE,
                    OUT_OF_RANGE,
                    BINARY_HEADER,
                    BINARY_SIZE,
                    MISSING_INPUT,
                    UNKNOWN_INPUT,
                    DUPLICATE_INPUT,
                    UNKNOWN_OUTPUT,
                    DUPLICATE_OUTPUT,
                    RESERVED_PARAMETER,
                    EMPTY_BATCH,
                    AMBIGUOUS_URI,
                    BAD_HTTP ->
                    400;
            case ORIGIN_NOT_ALLOWED, PATH_NOT_ALLOWED, URL_NOT_ALLOWED -> 403;
            case ROUTE_NOT_FOUND, MODEL_NOT_FOUND -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case NOT_ACCEPTABLE -> 406;
            case REQUEST_TIMEOUT -> 408;
            case CONFLICT, IDEMPOTENCY_CONFLICT, IN_USE -> 409;
            case BATCH_TOO_LARGE, BODY_TOO_LARGE, OUTPUT_TOO_LARGE, MODEL_TOO_LARGE -> 413;
            case URI_TOO_LONG -> 414;
            case UNSUPPORTED_MEDIA_TYPE, UNSUPPORTED_ENCODING -> 415;
            case HOST_NOT_ALLOWED -> 421;
            case SOURCE_UNAVAILABLE,
                    DIGEST_MISMATCH,
                    ARCHIVE_UNSAFE,
                    ARCHIVE_LIMIT,
                    FORMAT_NOT_SUPPORTED,
                    MODEL_INVALID,
                    MODEL_LIMIT,
                    UNSUPPORTED_OPERATOR,
                    EXTERNAL_DATA_FORBIDDEN,
                    CONFIG_INVALID,
                    DEVICE_UNAVAILABLE,
                    WARMUP_FAILED ->
                    422;
            case HEADERS_TOO_LARGE -> 431;
            case CANCELLED -> 499;
            case INFERENCE_FAILED, NON_FINITE_OUTPUT, STORAGE_FAILED, INTERNAL -> 500;
            case UNSUPPORTED -> 501;
            case MODEL_NOT_READY, QUEUE_FULL, BACKEND_UNAVAILABLE, SHUTTING_DOWN, OVERLOADED -> 503;
            case DEADLINE -> 504;
            case RESOURCE_LIMIT, CACHE_BUDGET -> 507;
        };
    }

    /// The gRPC status of a code.
    public static Status.Code grpcStatus(ErrorCode code) {
        return switch (code) {
            case MALFORMED_REQUEST,
                    MALFORMED_JSON,
                    JSON_LIMIT,
                    INVALID_NAME,
                    INVALID_PARAMETER,
                    INVALID_SHAPE,
                    INVALID_DTYPE,
                    OUT_OF_RANGE,
                    BINARY_HEADER,
                    BINARY_SIZE,
                    MISSING_INPUT,
                    UNKNOWN_INPUT,
                    DUPLICATE_INPUT,
                    UNKNOWN_OUTPUT,
                    DUPLICATE_OUTPUT,
                    RESERVED_PARAMETER,
                    EMPTY_BATCH,
                    BATCH_TOO_LARGE,
                    AMBIGUOUS_URI,
                    BAD_HTTP,
                    NOT_ACCEPTABLE,
                    UNSUPPORTED_MEDIA_TYPE,
                    UNSUPPORTED_ENCODING,
                    URI_TOO_LONG ->
                    Status.Code.INVALID_ARGUMENT;
            case BODY_TOO_LARGE,
                    OUTPUT_TOO_LARGE,
                    HEADERS_TOO_LARGE,
                    MODEL_TOO_LARGE,
                    RESOURCE_LIMIT,
                    CACHE_BUDGET ->
                    Status.Code.RESOURCE_EXHAUSTED;
            case ROUTE_NOT_FOUND, METHOD_NOT_ALLOWED, UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
            case HOST_NOT_ALLOWED, ORIGIN_NOT_ALLOWED, PATH_NOT_ALLOWED, URL_NOT_ALLOWED ->
                    Status.Code.PERMISSION_DENIED;
            case MODEL_NOT_FOUND -> Status.Code.NOT_FOUND;
            case CONFLICT, IDEMPOTENCY_CONFLICT -> Status.Code.ABORTED;
            case IN_USE,
                    SOURCE_UNAVAILABLE,
                    DIGEST_MISMATCH,
                    ARCHIVE_UNSAFE,
                    ARCHIVE_LIMIT,
                    FORMAT_NOT_SUPPORTED,
                    MODEL_INVALID,
                    MODEL_LIMIT,
                    UNSUPPORTED_OPERATOR,
                    EXTERNAL_DATA_FORBIDDEN,
                    CONFIG_INVALID,
                    DEVICE_UNAVAILABLE,
                    WARMUP_FAILED ->
                    Status.Code.FAILED_PRECONDITION;
            case MODEL_NOT_READY, QUEUE_FULL, BACKEND_UNAVAILABLE, SHUTTING_DOWN, OVERLOADED ->
                    Status.Code.UNAVAILABLE;
            case REQUEST_TIMEOUT, DEADLINE -> Status.Code.DEADLINE_EXCEEDED;
            case CANCELLED -> Status.Code.CANCELLED;
            case INFERENCE_FAILED, NON_FINITE_OUTPUT, STORAGE_FAILED, INTERNAL ->
                    Status.Code.INTERNAL;
        };
    }

    /// When trying again makes sense; absent where it does not.
    public static @Nullable Duration retryAfter(ServingException failure) {
        var retryAfter = failure.retryAfter();
        return retryAfter == null && status(failure.code()) == 503 ? RETRY_SOON : retryAfter;
    }

    /// The whole answer to a failed request.
    ///
    /// @param requestId what the client quotes when it asks about it
    public static ErrorResponse of(ServingException failure, String requestId) {
        int status = status(failure.code());
        var retryAfter = retryAfter(failure);
        return new ErrorResponse(
                status,
                ErrorBody.write(failure, status, requestId, retryAfter),
                seconds(retryAfter),
                ENDS_CONNECTION.contains(failure.code()));
    }

    /// `Retry-After` counts whole seconds; a fraction is rounded up, so that nobody comes early.
    private static @Nullable Long seconds(@Nullable Duration retryAfter) {
        return retryAfter == null ? null : Math.ceilDiv(retryAfter.toMillis(), 1000L);
    }
}
