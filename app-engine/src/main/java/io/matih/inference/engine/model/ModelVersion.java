package io.matih.inference.engine.model;

import java.time.Instant;

/// One registered version of a model.
///
/// @param name the model's and its deployment's name
/// @param version positive, unique within the name
/// @param digest which artifact of the repository it is
/// @param sourceUri where it came from, for people to read
public record ModelVersion(
        String name,
        int version,
        String digest,
        long sizeBytes,
        String sourceUri,
        ModelMetadata metadata,
        Instant registeredAt) {}
