package io.matih.inference.engine.model;

import org.jspecify.annotations.Nullable;

/// Where a deploy takes its model from.
///
/// @param uri `file:`, a relative path below a store root, `s3://bucket/key`, `upload://id` or
///   `model://name/version`
/// @param sha256 lower-case hex digest that the source's bytes must have; absent, any
/// @param format overrides what the file's name says
public record ModelSource(String uri, @Nullable String sha256, @Nullable ModelFormat format) {}
