package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersionStore;

import org.jspecify.annotations.Nullable;

/// Whether a deploy may take the place of what is deployed under its name.
final class DeployChecks {
    private final ModelVersionStore versions;

    DeployChecks(ModelVersionStore versions) {
        this.versions = versions;
    }

    /// Whether there is anything to do.
    ///
    /// @param digest of the model
    /// @param entry what the name has now; absent where nobody has asked for it before
    /// @return false where exactly this is deployed already
    /// @throws ServingException `CONFLICT`
    boolean requireAcceptable(DeploymentSpec spec, String digest, @Nullable Deployment entry) {
        var current = entry == null ? null : entry.record();
        requireRevision(spec, current);
        requireSameDigest(spec, digest);
        if (entry == null || current == null) {
            return true;
        }
        var served = versions.find(spec.name(), current.version());
        boolean same =
                served.isPresent()
                        && served.get().digest().equals(digest)
                        && (spec.version() == null || spec.version() == current.version());
        if (same && sameSettings(spec, current) && entry.serves()) {
            return false;
        }
        if (!spec.replace() && entry.serves()) {
            throw conflict(
                    "replace",
                    same
                            ? "'%s' is deployed with other settings; send replace:true to change them"
                                    .formatted(spec.name())
                            : "'%s' is deployed already, at version %d; send replace:true to take its place"
                                    .formatted(spec.name(), current.version()));
        }
        return true;
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

    private static boolean sameSettings(DeploymentSpec spec, DeploymentRecord current) {
        return spec.configOrDefault().equals(current.config())
                && spec.features().equals(current.features())
                && spec.pinned() == current.pinned();
    }

    private static void requireRevision(DeploymentSpec spec, @Nullable DeploymentRecord current) {
        long revision = current == null ? 0 : current.revision();
        if (spec.ifRevision() != null && spec.ifRevision() != revision) {
            throw conflict(
                    "If-Match",
                    "'%s' is at revision %d, not %d: somebody changed it since you looked"
                            .formatted(spec.name(), revision, spec.ifRevision()));
        }
    }

    private static ServingException conflict(String field, String message) {
        return new ServingException(
                ErrorCode.CONFLICT, message, new ErrorDetail(field, null, null));
    }
}
