package io.matih.inference.engine.deployment;

import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.shadow.ShadowPolicy;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// A version that is deployed under a name, and how.
///
/// @param weight percent of the requests that name no version, 0 to 100
/// @param features column names by input name
/// @param pinned whether it stays in memory whatever else wants the room
/// @param shadow how it is mirrored and judged; of shadows, and of them only
public record Variant(
        int version,
        Role role,
        int weight,
        String backend,
        ModelConfig config,
        Map<String, List<String>> features,
        boolean pinned,
        @Nullable ShadowPolicy shadow) {
    /// All requests.
    static final int ALL = 100;

    public Variant {
        features = Map.copyOf(features);
        if ((role == Role.SHADOW) != (shadow != null)) {
            throw new IllegalArgumentException("%s with policy %s".formatted(role, shadow));
        }
    }

    /// That answers requests.
    public Variant(
            int version,
            Role role,
            int weight,
            String backend,
            ModelConfig config,
            Map<String, List<String>> features,
            boolean pinned) {
        this(version, role, weight, backend, config, features, pinned, null);
    }

    Variant as(Role other, int share) {
        return new Variant(version, other, share, backend, config, features, pinned);
    }

    /// The same version as a shadow of the stable one.
    Variant shadowing(ShadowPolicy policy) {
        return new Variant(version, Role.SHADOW, 0, backend, config, features, pinned, policy);
    }

    /// Whether it could go on serving as `other` without being loaded again.
    boolean isLoadedLike(Variant other) {
        return as(Role.STABLE, ALL).equals(other.as(Role.STABLE, ALL));
    }

    /// What a version is deployed for.
    public enum Role {
        /// Takes what the others leave.
        STABLE("stable"),
        /// Takes its weight's share.
        CANARY("canary"),
        /// Answers nobody; gets a copy of what the stable version is asked, and is judged.
        SHADOW("shadow");

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
