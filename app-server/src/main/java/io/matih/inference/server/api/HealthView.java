package io.matih.inference.server.api;

/// Answer of `GET /healthz`.
///
/// @param status `ok`; `draining` while the server finishes what it began
public record HealthView(String status) {}
