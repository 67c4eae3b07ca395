package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

/// `POST /v2/repository/index`.
///
/// @param ready whether only models that are ready are listed
public record RepositoryIndexRequest(@Nullable Boolean ready) {}
