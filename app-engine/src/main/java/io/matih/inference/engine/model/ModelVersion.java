package io.matih.inference.engine.model;

import java.time.Instant;
import java.util.List;

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
        Instant registeredAt) {
    /// The same with more that an operator should know.
    public ModelVersion withFindings(List<Finding> findings) {
        var more = metadata;
        for (var finding : findings) {
            more = more.withFinding(finding);
        }
        return new ModelVersion(name, version, digest, sizeBytes, sourceUri, more, registeredAt);
    }
}
