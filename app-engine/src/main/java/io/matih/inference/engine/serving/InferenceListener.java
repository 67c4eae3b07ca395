package io.matih.inference.engine.serving;

import io.matih.inference.engine.error.ServingException;

/// Who waits for a response without a thread of its own. Exactly one of the two is called, once, on
/// a thread that executes models: it must be short and must not block.
public interface InferenceListener {
    void answered(InferenceResponse response);

    void failed(ServingException failure);
}
