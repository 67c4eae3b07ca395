package io.matih.inference.server.api;

/// `GET /v2/health/ready`.
public record ReadyView(boolean ready) {}
