package io.matih.inference.server.oip;

import io.matih.inference.engine.deployment.DeploymentStatus;
import io.matih.inference.server.proto.ModelConfig;

/// Deployments as Triton's ModelConfig.
public final class ModelConfigs {
    ModelConfig of(DeploymentStatus status) {
        throw new UnsupportedOperationException(status.name());
    }
}
