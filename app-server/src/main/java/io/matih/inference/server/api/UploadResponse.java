package io.matih.inference.server.api;

/// Answer of `POST /api/v1/inference/uploads`.
///
/// @param uri `upload://…`, to be named in a deploy
/// @param sha256 digest of the bytes received
public record UploadResponse(String uri, String sha256, long bytes) {}
