package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// Answer of `GET /api/v1/inference/deployments/{name}/revisions`, newest first.
public record RevisionList(String name, List<Revision> revisions) {
    /// One change.
    ///
    /// @param action DEPLOY or UNDEPLOY
    /// @param version the version that served since; null after an undeploy
    /// @param actor who asked for it
    public record Revision(
            long revision,
            String action,
            @Nullable String version,
            @Nullable String sha256,
            String actor,
            Instant at) {}
}
