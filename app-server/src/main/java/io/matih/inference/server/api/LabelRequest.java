package io.matih.inference.server.api;

import tools.jackson.databind.JsonNode;

/// Body of `PUT /api/v1/inference/models/{name}/labels/{label}`.
///
/// @param version the registered version that the label shall point at
public record LabelRequest(@Required JsonNode version) {}
