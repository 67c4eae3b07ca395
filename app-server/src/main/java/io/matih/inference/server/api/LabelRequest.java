package io.matih.inference.server.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import tools.jackson.databind.JsonNode;

/// Body of `PUT /api/v1/inference/models/{name}/labels/{label}`.
/// @param version the registered version that the label shall point at
public record LabelRequest(@JsonProperty(required = true) JsonNode version) {}
