package io.matih.inference.engine.shadow;

/// Which two versions of a deployment are compared.
public record ShadowKey(String deployment, int primary, int shadow) {}
