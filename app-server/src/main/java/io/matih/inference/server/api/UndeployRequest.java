package io.matih.inference.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

/// Body of `POST /api/v1/inference/undeploy`.
///
/// @param version must be the one that serves; absent: whichever does
/// @param waits whether to answer only when it is gone (default) or at once with 202
/// @param drainTimeoutS seconds that running requests get to finish (30)
/// @param deleteArtifacts whether to remove the registered versions and their files too
public record UndeployRequest(
        @Required String name,
        @Nullable JsonNode version,
        @JsonProperty("wait") @Nullable Boolean waits,
        @Nullable Integer drainTimeoutS,
        @Nullable Boolean deleteArtifacts) {}
