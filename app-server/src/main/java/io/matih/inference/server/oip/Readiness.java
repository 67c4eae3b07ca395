package io.matih.inference.server.oip;

import io.matih.inference.engine.deployment.DeploymentState;
import io.matih.inference.engine.deployment.DeploymentStatus;
import io.matih.inference.engine.deployment.Deployments;

import java.util.function.BooleanSupplier;

/// When the server says that it is ready.
///
/// @param strict whether one deployment that is not ready makes the whole server so
public record Readiness(Deployments deployments, BooleanSupplier closing, boolean strict) {
    boolean server() {
        return !closing.getAsBoolean()
                && (!strict
                        || deployments.list().stream()
                                .map(DeploymentStatus::state)
                                .allMatch(Readiness::isReady));
    }

    static boolean isReady(DeploymentState state) {
        return switch (state) {
            case DeploymentState.Ready _, DeploymentState.Evicted _ -> true;
            case DeploymentState.Loading _,
                    DeploymentState.Unloading _,
                    DeploymentState.Unavailable _ ->
                    false;
        };
    }
}
