package io.matih.inference.engine.backend;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelMetadata;

import java.util.List;
import java.util.Set;

/// A runtime that executes models.
public interface Backend extends AutoCloseable {
    /// As requests and answers name it: `onnxruntime`.
    String name();

    /// Formats that it runs.
    Set<ModelFormat> formats();

    /// Examines a model without trusting it; each digest once, its verdict is kept.
    ///
    /// @throws ServingException `MODEL_INVALID`, `MODEL_LIMIT`, `UNSUPPORTED_OPERATOR`,
    ///   `EXTERNAL_DATA_FORBIDDEN`
    ModelMetadata inspect(ModelArtifact artifact);

    /// Loads one instance.
    ///
    /// @throws ServingException `DEVICE_UNAVAILABLE`, `RESOURCE_LIMIT`, `MODEL_INVALID`
    ModelInstance load(ModelArtifact artifact, ModelMetadata metadata, InstanceSpec spec);

    /// What this runtime can use here and what not, and why.
    List<ProviderReport> providers();

    @Override
    void close();

    /// Where and how one instance shall run.
    ///
    /// @param gpu CUDA ordinal where `kind` wants one
    record InstanceSpec(InstanceKind kind, int gpu, int intraOpThreads, int interOpThreads) {}

    /// An execution provider: compiled in, and whether a real session ran on it here.
    ///
    /// @param name `CPU`, `CUDA`, `TensorRT`
    /// @param reason why it is not usable; the device's name where it is
    record ProviderReport(String name, boolean builtIn, boolean usable, String reason) {}
}
