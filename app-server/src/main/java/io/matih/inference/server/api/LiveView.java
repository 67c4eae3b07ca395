package io.matih.inference.server.api;

/// `GET /v2/health/live`.
public record LiveView(boolean live) {}
