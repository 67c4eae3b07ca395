package io.matih.inference.engine.deployment;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// One change of a deployment.
///
/// @param version the version that serves since; absent after an undeploy
/// @param digest its artifact; absent after an undeploy
/// @param actor who asked for it: `local`, or a key's name
public record Revision(
        String deployment,
        long number,
        Action action,
        @Nullable Integer version,
        @Nullable String digest,
        String actor,
        Instant at) {
    /// What was done.
    public enum Action {
        DEPLOY,
        UNDEPLOY
    }
}
