package io.matih.inference.engine.shadow;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;

/// The version that is asked what the primary was asked.
@FunctionalInterface
public interface Candidate {
    /// Blocks until it has answered, at most for the request's timeout.
    ///
    /// @throws ServingException whatever a request fails with
    InferenceResponse infer(InferenceRequest request);
}
