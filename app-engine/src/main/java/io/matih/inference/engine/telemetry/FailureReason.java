package io.matih.inference.engine.telemetry;

import io.matih.inference.engine.error.ErrorCode;

/// The label `reason` of `ml_inference_errors_total`: few and fixed, so that no client can add
/// series.
public enum FailureReason {
    INVALID,
    REJECTED,
    TIMEOUT,
    CANCELED,
    BACKEND,
    OTHER;

    public static FailureReason of(ErrorCode code) {
        return switch (code) {
            case QUEUE_FULL, OVERLOADED, MODEL_NOT_READY, SHUTTING_DOWN, CACHE_BUDGET -> REJECTED;
            case DEADLINE, REQUEST_TIMEOUT -> TIMEOUT;
            case CANCELLED -> CANCELED;
            case INFERENCE_FAILED, NON_FINITE_OUTPUT, RESOURCE_LIMIT, BACKEND_UNAVAILABLE ->
                    BACKEND;
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
                    BODY_TOO_LARGE,
                    OUTPUT_TOO_LARGE,
                    UNSUPPORTED ->
                    INVALID;
            default -> OTHER;
        };
    }
}
