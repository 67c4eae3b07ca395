package io.matih.inference.engine.batching;

import io.matih.inference.engine.error.ServingException;

/// Who waits for an answer. Exactly one of the two is called, once, by whichever thread has it: one
/// that executes models, so it must be short and must not block.
public interface Completion {
    void succeeded(Answer answer);

    void failed(ServingException failure);
}
