package io.matih.inference.engine.error;

import org.jspecify.annotations.Nullable;

/// One field that is wrong.
///
/// @param field where it is, as a path in the request: `inputs[0].shape`
/// @param expected what is allowed there
/// @param actual what was sent, clipped
public record ErrorDetail(String field, @Nullable String expected, @Nullable String actual) {}
