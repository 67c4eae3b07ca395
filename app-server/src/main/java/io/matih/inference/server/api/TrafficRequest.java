package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// Body of `POST /api/v1/inference/deployments/{name}/traffic`.
///
/// @param weights percent by version number or label, 100 in all; versions left out get none
/// @param reason kept with the revision
public record TrafficRequest(@Required Map<String, Integer> weights, @Nullable String reason) {}
