package io.matih.inference.engine.shadow;

import java.util.Map;
import java.util.Set;

/// How a version shadows another.
///
/// @param percent of the primary's requests that are mirrored, 1 to 100
/// @param rules by output, where the operator says what agreement means
/// @param redacted inputs and outputs whose values are not kept with disagreements
/// @param watching whether it was the primary before, and watches its successor now
public record ShadowPolicy(
        int percent,
        Gate gate,
        Map<String, OutputRule> rules,
        Set<String> redacted,
        boolean watching) {
    public ShadowPolicy {
        rules = Map.copyOf(rules);
        redacted = Set.copyOf(redacted);
    }

    /// Of the version that was the primary, while its successor proves itself.
    public ShadowPolicy watch() {
        return new ShadowPolicy(percent, gate, rules, redacted, true);
    }

    /// Whether what was counted under `other` still counts.
    boolean comparesLike(ShadowPolicy other) {
        return rules.equals(other.rules) && watching == other.watching;
    }
}
