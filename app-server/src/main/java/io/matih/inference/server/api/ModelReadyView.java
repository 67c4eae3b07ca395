package io.matih.inference.server.api;

/// `GET /v2/models/{model}/ready`.
public record ModelReadyView(String name, boolean ready) {}
