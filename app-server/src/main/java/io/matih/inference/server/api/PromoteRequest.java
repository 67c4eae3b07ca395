package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

/// Body of `POST /api/v1/inference/deployments/{name}/promote`; none at all for the only canary.
///
/// @param version number of a canary; absent: the only one
/// @param reason kept with the revision
public record PromoteRequest(@Nullable JsonNode version, @Nullable String reason) {}
