package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.FolderConfig;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelSource;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// What an operator asked to have deployed.
///
/// @param version absent: the version that has this digest already, else the highest and one
/// @param backend absent: by the model's format
/// @param config absent: the one that lies beside the model, else the default
/// @param features column names by input name, for requests by column
/// @param traffic what it is to do
/// @param pinned whether it stays in memory whatever else wants the room
/// @param replace whether it may take the place of another version or configuration
public record DeploymentSpec(
        String name,
        ModelSource source,
        @Nullable Integer version,
        @Nullable String backend,
        @Nullable ModelConfig config,
        Map<String, List<String>> features,
        TrafficMode traffic,
        boolean pinned,
        boolean replace,
        Change change) {
    public DeploymentSpec {
        features = Map.copyOf(features);
    }

    /// The same, with what its source says where the operator says nothing.
    DeploymentSpec completedBy(@Nullable FolderConfig found) {
        var own = found == null ? ModelConfig.DEFAULT : found.config();
        return new DeploymentSpec(
                name,
                source,
                version == null && found != null ? Integer.valueOf(found.version()) : version,
                backend,
                config == null ? own : config,
                features,
                traffic,
                pinned,
                replace,
                change);
    }

    ModelConfig configOrDefault() {
        return config == null ? ModelConfig.DEFAULT : config;
    }
}
