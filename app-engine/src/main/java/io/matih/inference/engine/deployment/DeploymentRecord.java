package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.ModelConfig;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What is remembered of a deployment.
///
/// @param version the version that serves
/// @param features column names by input name
/// @param revision counts this name's changes, from 1; never reused, also not after an undeploy
public record DeploymentRecord(
        String name,
        int version,
        String backend,
        ModelConfig config,
        Map<String, List<String>> features,
        boolean pinned,
        long revision,
        Instant updatedAt) {
    public DeploymentRecord {
        features = Map.copyOf(features);
    }
}
