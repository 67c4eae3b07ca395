package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;

import java.time.Instant;

/// Where a deployment is now.
public sealed interface DeploymentState {
    /// On its way into memory.
    ///
    /// @param step what is being done, in words
    record Loading(String step) implements DeploymentState {}

    /// Answers requests.
    record Ready(Instant since) implements DeploymentState {}

    /// Not in memory; the next request brings it there.
    record Evicted() implements DeploymentState {}

    /// On its way out: finishes what it began and takes nothing new.
    record Unloading() implements DeploymentState {}

    /// Could not be loaded.
    ///
    /// @param reason for operators
    record Unavailable(ErrorCode code, String reason) implements DeploymentState {}
}
