package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

/// `POST /v2/repository/models/{model}/unload`.
public record UnloadRequest(@Nullable UnloadParameters parameters) {
    /// @param unloadDependents whether models go with it that depend on it; none do yet
    public record UnloadParameters(@Nullable Boolean unloadDependents) {}
}
