package io.matih.inference.engine.deployment;

import io.matih.inference.engine.deployment.Variant.Role;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersionStore;

import org.jspecify.annotations.Nullable;

import java.util.function.Predicate;

/// Whether a deploy may take its place among what is deployed under its name.
final class DeployChecks {
    private final ModelVersionStore versions;

    DeployChecks(ModelVersionStore versions) {
        this.versions = versions;
    }

    /// @param version that the model has, or would get
    /// @param digest of the model
    /// @param entry what the name has now; absent where nobody has asked for it before
    /// @return what is to be done
    /// @throws ServingException `CONFLICT`, `INVALID_PARAMETER`
    Work review(DeploymentSpec spec, int version, String digest, @Nullable Deployment entry) {
        var current = entry == null ? null : entry.record();
        spec.change().requireSeen(spec.name(), current);
        requireSameDigest(spec, digest);
        return switch (spec.traffic()) {
            case TrafficMode.Primary _ ->
                    entry == null || current == null
                            ? Work.LOAD
                            : primary(spec, version, digest, entry, current);
            case TrafficMode.Canary(int weight) -> {
                if (entry == null || current == null || entry.deployed().isEmpty()) {
                    throw conflict(
                            "traffic.mode",
                            "'%s' has no version that a canary could stand beside; deploy one without traffic first"
                                    .formatted(spec.name()));
                }
                yield canary(spec, version, weight, current);
            }
            case TrafficMode.Shadow(var policy) -> {
                if (entry == null || current == null || entry.deployed().isEmpty()) {
                    throw conflict(
                            "traffic.mode",
                            "'%s' has no version that could be shadowed; deploy one without traffic first"
                                    .formatted(spec.name()));
                }
                yield beside(
                        spec,
                        version,
                        current,
                        "shadow",
                        deployed -> policy.equals(deployed.shadow()));
            }
        };
    }

    private Work primary(
            DeploymentSpec spec,
            int version,
            String digest,
            Deployment entry,
            DeploymentRecord current) {
        var stable = current.stable();
        boolean same =
                stable.version() == version
                        && versions.find(spec.name(), version)
                                .filter(known -> known.digest().equals(digest))
                                .isPresent();
        if (same && sameSettings(spec, stable) && entry.serves()) {
            return Work.NOTHING;
        }
        if (!spec.replace() && entry.serves()) {
            throw conflict(
                    "replace",
                    same
                            ? "'%s' is deployed with other settings; send replace:true to change them"
                                    .formatted(spec.name())
                            : "'%s' is deployed already, at version %d; send replace:true to take its place"
                                    .formatted(spec.name(), stable.version()));
        }
        return Work.LOAD;
    }

    private static Work canary(
            DeploymentSpec spec, int version, int weight, DeploymentRecord current) {
        Shares.requireRoom(current, version, weight);
        return beside(
                spec,
                version,
                current,
                "canary",
                deployed -> deployed.role() == Role.CANARY && deployed.weight() == weight);
    }

    /// @param as what it is to be
    /// @param is whether it is that already
    private static Work beside(
            DeploymentSpec spec,
            int version,
            DeploymentRecord current,
            String as,
            Predicate<Variant> is) {
        var deployed = current.variant(version);
        if (deployed.isEmpty()) {
            return Work.LOAD;
        }
        if (deployed.get().role() == Role.STABLE) {
            throw conflict(
                    "version",
                    "version %d of '%s' is the stable one and cannot be its own %s; name another version"
                            .formatted(version, spec.name(), as));
        }
        if (!sameSettings(spec, deployed.get())) {
            if (!spec.replace()) {
                throw conflict(
                        "replace",
                        "version %d of '%s' is deployed with other settings; send replace:true to change them"
                                .formatted(version, spec.name()));
            }
            return Work.LOAD;
        }
        return is.test(deployed.get()) ? Work.NOTHING : Work.SHARE;
    }

    private void requireSameDigest(DeploymentSpec spec, String digest) {
        if (spec.version() == null) {
            return;
        }
        var registered = versions.find(spec.name(), spec.version());
        if (registered.isPresent() && !registered.get().digest().equals(digest)) {
            throw conflict(
                    "version",
                    "version %d of '%s' is registered with another digest; take another version number"
                            .formatted(spec.version(), spec.name()));
        }
    }

    private static boolean sameSettings(DeploymentSpec spec, Variant current) {
        return spec.configOrDefault().equals(current.config())
                && spec.features().equals(current.features())
                && spec.pinned() == current.pinned();
    }

    private static ServingException conflict(String field, String message) {
        return new ServingException(
                ErrorCode.CONFLICT, message, new ErrorDetail(field, null, null));
    }

    /// What a deploy has to do.
    enum Work {
        /// Exactly this is deployed already.
        NOTHING,
        /// It is loaded, and is to have another share.
        SHARE,
        /// Everything.
        LOAD
    }
}
