package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.Signature;

import org.jspecify.annotations.Nullable;

/// Where decoding learns what a model declares. Any thread.
@FunctionalInterface
public interface SignatureSource {
    /// @param version a number or a label; absent: what the deployment's policy picks
    /// @throws ServingException `MODEL_NOT_FOUND`, `MODEL_NOT_READY`
    Signature signature(String model, @Nullable String version);

    /// Told which model the request names, as soon as that is read.
    default void named(String model) {}
}
