package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

/// Who changes a deployment, and why.
///
/// @param ifRevision the revision that the operator saw last; absent: any
/// @param actor who asks
/// @param reason in the operator's words
public record Change(@Nullable Long ifRevision, String actor, @Nullable String reason) {
    /// @param current what is deployed now
    /// @throws ServingException `CONFLICT` where it is not what the operator saw
    void requireSeen(String name, @Nullable DeploymentRecord current) {
        long revision = current == null ? 0 : current.revision();
        if (ifRevision != null && ifRevision != revision) {
            throw new ServingException(
                    ErrorCode.CONFLICT,
                    "'%s' is at revision %d, not %d: somebody changed it since you looked"
                            .formatted(name, revision, ifRevision),
                    new ErrorDetail(
                            "If-Match", Long.toString(revision), Long.toString(ifRevision)));
        }
    }
}
