package io.matih.inference.engine.cache;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.time.Duration;

/// What a request hears that cannot have its model.
final class Refusal {
    private Refusal() {}

    /// What is wrong with a model is for the operator's eyes; a client learns when to come back.
    static ServingException ofFailed(
            CachedModel<?> model, ServingException failure, Duration retry) {
        return failure.code() == ErrorCode.CACHE_BUDGET
                ? failure.withRetryAfter(retry)
                : notReady(model, "could not be loaded", retry);
    }

    static ServingException notReady(CachedModel<?> model, String what, Duration retry) {
        return new ServingException(
                        ErrorCode.MODEL_NOT_READY,
                        "model '%s' %s".formatted(model.candidate().model(), what))
                .withRetryAfter(retry);
    }

    static ServingException late(CachedModel<?> model) {
        return new ServingException(
                ErrorCode.DEADLINE,
                "%s: the request's timeout passed while the model was being loaded"
                        .formatted(model.candidate().label()));
    }
}
