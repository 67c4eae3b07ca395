package io.matih.inference.server.api;

import java.util.List;

/// Answer of `GET /api/v1/inference/deployments/{name}/versions`.
public record VersionList(String name, List<ModelList.Version> versions) {}
