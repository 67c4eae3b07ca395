package io.matih.inference.engine.deployment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is remembered of a deployment.
///
/// @param variants the stable one first, the others in the order in which they were deployed; their
///   weights add up to 100
/// @param revision counts this name's changes, from 1; never reused, also not after an undeploy
public record DeploymentRecord(
        String name, List<Variant> variants, long revision, Instant updatedAt) {
    public DeploymentRecord {
        variants = List.copyOf(variants);
        if (variants.isEmpty()
                || variants.getFirst().role() != Variant.Role.STABLE
                || variants.stream().mapToInt(Variant::weight).sum() != Variant.ALL) {
            throw new IllegalArgumentException("variants of '%s': %s".formatted(name, variants));
        }
    }

    /// The variant that takes what the others leave.
    public Variant stable() {
        return variants.getFirst();
    }

    /// Those that take a share beside the stable one.
    public List<Variant> canaries() {
        return with(Variant.Role.CANARY);
    }

    /// Those that get a copy of what the stable one is asked.
    public List<Variant> shadows() {
        return with(Variant.Role.SHADOW);
    }

    private List<Variant> with(Variant.Role role) {
        return variants.stream().filter(variant -> variant.role() == role).toList();
    }

    public Optional<Variant> variant(int version) {
        return variants.stream().filter(variant -> variant.version() == version).findFirst();
    }
}
