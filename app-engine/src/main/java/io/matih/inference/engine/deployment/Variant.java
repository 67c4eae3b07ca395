package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.ModelConfig;

import java.util.List;
import java.util.Map;

/// A version that is deployed under a name, and how.
///
/// @param weight percent of the requests that name no version, 0 to 100
/// @param features column names by input name
/// @param pinned whether it stays in memory whatever else wants the room
public record Variant(
        int version,
        Role role,
        int weight,
        String backend,
        ModelConfig config,
        Map<String, List<String>> features,
        boolean pinned) {
    /// All requests.
    static final int ALL = 100;

    public Variant {
        features = Map.copyOf(features);
    }

    Variant as(Role other, int share) {
        return new Variant(version, other, share, backend, config, features, pinned);
    }

    /// Whether it could go on serving as `other` without being loaded again.
    boolean isLoadedLike(Variant other) {
        return as(other.role, other.weight).equals(other);
    }

    /// What a version is deployed for.
    public enum Role {
        /// Takes what the others leave.
        STABLE("stable"),
        /// Takes its weight's share.
        CANARY("canary");

        private final String label;

        Role(String label) {
            this.label = label;
        }

        /// As requests, answers and people name it.
        public String label() {
            return label;
        }
    }
}
