package io.matih.inference.engine.deployment;

import io.matih.inference.engine.cache.CachedModel;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.serving.ServedVersion;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.telemetry.ModelMeters;

/// A version that answers under a name, in memory or not.
///
/// @param cached the model itself, which comes and goes
record DeployedVersion(
        Variant variant,
        ModelVersion version,
        Signature signature,
        ModelMeters meters,
        CachedModel<ServedVersion> cached) {
    /// The same model in another part.
    DeployedVersion as(Variant other) {
        return new DeployedVersion(other, version, signature, meters, cached);
    }
}
