package io.matih.inference.engine.model;

import io.matih.inference.engine.error.ServingException;

/// Fetches models from where they are: allow-listed folders, S3 buckets, uploads.
public interface ModelStore {
    /// Copies the source into a staging folder of its own and computes digests from the copy, so
    /// that a source that changes meanwhile cannot be loaded under a digest it does not have.
    ///
    /// @throws ServingException `PATH_NOT_ALLOWED`, `URL_NOT_ALLOWED`, `SOURCE_UNAVAILABLE`,
    ///   `DIGEST_MISMATCH`, `ARCHIVE_UNSAFE`, `ARCHIVE_LIMIT`, `MODEL_TOO_LARGE`, `MODEL_LIMIT`,
    ///   `FORMAT_NOT_SUPPORTED`, `MODEL_INVALID` where no or several files could be the model,
    ///   `EXTERNAL_DATA_FORBIDDEN`, `DEADLINE`, `INVALID_PARAMETER` for a digest that is none,
    ///   `STORAGE_FAILED`
    StagedModel fetch(ModelSource source);
}
