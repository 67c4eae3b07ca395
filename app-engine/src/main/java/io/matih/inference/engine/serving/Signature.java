package io.matih.inference.engine.serving;

import io.matih.inference.engine.model.ModelMetadata;

import java.util.List;
import java.util.Map;

/// What decoding a request for a deployed version needs to know.
///
/// @param version the version that a request without one reaches
/// @param features column names that make up an input, in order; empty where the deployment
///   declares none
public record Signature(
        String model, int version, ModelMetadata metadata, Map<String, List<String>> features) {
    public Signature {
        features = Map.copyOf(features);
    }
}
