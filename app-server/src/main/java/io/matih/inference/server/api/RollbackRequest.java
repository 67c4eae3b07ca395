package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/inference/deployments/{name}/rollback`; none at all for one step back.
///
/// @param revision whose versions and shares are to be there again; absent: takes the canaries away
///   where there are any, else brings back what was stable before
/// @param reason kept with the revision
public record RollbackRequest(@Nullable Long revision, @Nullable String reason) {}
