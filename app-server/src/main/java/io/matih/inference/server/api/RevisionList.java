package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// Answer of `GET /api/v1/inference/deployments/{name}/revisions`, newest first.
public record RevisionList(String name, List<Revision> revisions) {
    /// One change.
    ///
    /// @param action DEPLOY, TRAFFIC, PROMOTE, ROLLBACK, WITHDRAW or UNDEPLOY
    /// @param version the stable version since; null after an undeploy
    /// @param variants who answered since; empty after an undeploy, and where it was not kept yet
    /// @param actor who asked for it
    /// @param reason in the operator's words
    public record Revision(
            long revision,
            String action,
            @Nullable String version,
            @Nullable String sha256,
            List<Share> variants,
            String actor,
            @Nullable String reason,
            Instant at) {}

    /// A version and its share of the requests.
    ///
    /// @param weight percent
    public record Share(String version, String label, int weight) {}
}
