package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.server.http.DirectAnswer;

/// How one request to a route of inference is spelled, and its answer. For one request.
public interface WireForm {
    /// @param body not changed until the answer is sent: tensors may lie in it
    /// @throws ServingException with the code of what is wrong, its field and its value
    PredictCall read(byte[] body, SignatureSource signatures);

    /// @throws ServingException `NON_FINITE_OUTPUT` for NaN or an infinity that the client did not
    ///   ask to get as a string
    DirectAnswer write(PredictCall call, InferenceResponse response);
}
