package io.matih.inference.engine.deployment;

import io.matih.inference.engine.cache.CacheStatus.ModelUse;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.telemetry.ModelMeters;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A deployment as it is at one moment, for people to look at.
///
/// @param record what is remembered of it; absent while its first deploy runs or has failed
/// @param version the registered version that serves; absent likewise
/// @param resident what is in memory; absent while nothing is
/// @param cache how the model cache has it; absent while nothing is deployed
/// @param traffic absent while nothing is deployed
/// @param lastFailure why the latest deploy did not take over, while an older version serves
public record DeploymentStatus(
        String name,
        DeploymentState state,
        @Nullable DeploymentRecord record,
        @Nullable ModelVersion version,
        @Nullable Resident resident,
        @Nullable ModelUse cache,
        ModelMeters.@Nullable Summary traffic,
        @Nullable String lastFailure) {
    /// What is in memory.
    ///
    /// @param device `cpu`, `cuda:0`
    /// @param provider the execution provider, and why not a better one
    /// @param queueDepth requests that wait for an instance
    public record Resident(int instances, String device, List<String> provider, int queueDepth) {}
}
