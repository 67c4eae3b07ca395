package io.matih.inference.engine;

import io.matih.inference.engine.deployment.DeploymentStore;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.VerdictStore;

/// What remembers for the engine.
public record EngineStores(
        ModelVersionStore versions, DeploymentStore deployments, VerdictStore verdicts) {}
