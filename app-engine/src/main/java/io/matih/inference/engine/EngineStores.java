package io.matih.inference.engine;

import io.matih.inference.engine.deployment.DeploymentStore;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.VerdictStore;
import io.matih.inference.engine.shadow.ShadowStore;

/// What remembers for the engine.
public record EngineStores(
        ModelVersionStore versions,
        DeploymentStore deployments,
        VerdictStore verdicts,
        ShadowStore shadows) {}
