package io.matih.inference.engine.model;

import org.jspecify.annotations.Nullable;

/// Where a deploy takes its model from.
///
/// @param uri `file:`, a relative path below a store root, `s3://bucket/key`, `upload://id` or
///   `model://name/version`
/// @param sha256 lower-case hex digest that the source's bytes must have; absent, any
/// @param format overrides what the file's name says
/// @param model which one, where the source is a folder of several models
/// @param version which one, where the source has several; absent: its own configuration decides
public record ModelSource(
        String uri,
        @Nullable String sha256,
        @Nullable ModelFormat format,
        @Nullable String model,
        @Nullable Integer version) {
    public ModelSource(String uri, @Nullable String sha256, @Nullable ModelFormat format) {
        this(uri, sha256, format, null, null);
    }

    /// The same, wanted as this model and version.
    public ModelSource of(String wantedModel, @Nullable Integer wantedVersion) {
        return new ModelSource(uri, sha256, format, wantedModel, wantedVersion);
    }
}
