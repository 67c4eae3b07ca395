package io.matih.inference.engine.deployment;

import io.matih.inference.engine.cache.CacheStatus.ModelUse;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.shadow.ShadowStanding;
import io.matih.inference.engine.telemetry.ModelMeters;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// A deployment as it is at one moment, for people to look at.
///
/// @param state of the stable version
/// @param record what is remembered of it; absent while its first deploy runs or has failed
/// @param variants what answers or shadows, the stable version first; empty while nothing does
/// @param lastFailure why the latest deploy did not take over, while an older version serves
public record DeploymentStatus(
        String name,
        DeploymentState state,
        @Nullable DeploymentRecord record,
        List<VariantStatus> variants,
        @Nullable String lastFailure) {
    public DeploymentStatus {
        variants = List.copyOf(variants);
    }

    /// Empty while nothing answers.
    public Optional<VariantStatus> stable() {
        return variants.stream().findFirst();
    }

    /// One of the versions that answer.
    ///
    /// @param version as it is registered
    /// @param resident what is in memory; absent while nothing is
    /// @param cache how the model cache has it
    /// @param standing of a shadow; absent of others
    public record VariantStatus(
            Variant variant,
            ModelVersion version,
            DeploymentState state,
            @Nullable Resident resident,
            ModelUse cache,
            ModelMeters.Summary traffic,
            @Nullable ShadowStanding standing) {}

    /// What is in memory.
    ///
    /// @param device `cpu`, `cuda:0`
    /// @param provider the execution provider, and why not a better one
    /// @param queueDepth requests that wait for an instance
    public record Resident(int instances, String device, List<String> provider, int queueDepth) {}
}
