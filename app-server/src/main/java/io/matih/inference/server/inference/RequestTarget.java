package io.matih.inference.server.inference;

import org.jspecify.annotations.Nullable;

/// Whom a request is for, where its path says so and its body does not.
///
/// @param version a number or a label; absent: the deployment's policy decides
public record RequestTarget(String model, @Nullable String version) {}
