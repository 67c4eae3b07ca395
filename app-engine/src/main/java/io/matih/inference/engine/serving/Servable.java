package io.matih.inference.engine.serving;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.telemetry.ModelMeters;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// Something that answers requests under a name, and counts what it was asked.
public interface Servable {
    /// What decoding a request needs to know.
    ///
    /// @param version number or label; absent for the deployment's policy
    /// @throws ServingException `MODEL_NOT_FOUND`, `MODEL_NOT_READY`
    Signature signature(@Nullable String version);

    /// Answers one request; blocks until then.
    ///
    /// @throws ServingException any code of a request, a model or its run
    InferenceResponse infer(InferenceRequest request);

    /// Lets a request in without waiting for anything.
    ///
    /// @return absent where that is not possible, and nothing has happened: call `infer` on a
    ///   thread that may block
    /// @throws ServingException the same as `infer`; the listener is not called then
    Optional<Pending> offer(InferenceRequest request, InferenceListener listener);

    /// The answer to a request has left: what is to be done with the two that no client waits for.
    /// Returns at once.
    void sent(InferenceRequest request, InferenceResponse response);

    /// The meters of the stable version; empty while none serves.
    Optional<ModelMeters> meters();

    /// The meters of one version; empty where it does not serve.
    Optional<ModelMeters> meters(int version);

    /// The failure of a request that names what is not there.
    static ServingException notFound(String model, @Nullable String version) {
        return new ServingException(
                ErrorCode.MODEL_NOT_FOUND,
                version == null
                        ? "no model '%s' is deployed; see GET /api/v1/inference/deployments"
                                .formatted(ServingException.clip(model))
                        : "model '%s' has no version '%s' deployed; see GET /api/v1/inference/deployments"
                                .formatted(
                                        ServingException.clip(model),
                                        ServingException.clip(version)));
    }
}
