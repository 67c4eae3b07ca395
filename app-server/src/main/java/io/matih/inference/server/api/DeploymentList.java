package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Answer of `GET /api/v1/inference/deployments`.
///
/// @param nextPageToken where the next page begins; null on the last
public record DeploymentList(List<DeploymentView> deployments, @Nullable String nextPageToken) {}
