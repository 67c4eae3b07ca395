package io.matih.inference.server.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answer of `GET /api/v1/inference/deployments`.
/// @param nextPageToken where the next page begins; null on the last
public record DeploymentList(List<DeploymentView> deployments, @Nullable String nextPageToken) {}
