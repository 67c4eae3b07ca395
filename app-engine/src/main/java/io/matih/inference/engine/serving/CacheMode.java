package io.matih.inference.engine.serving;

/// What a request wants of the response cache, where its model has one.
public enum CacheMode {
    /// An answer that is kept, if there is one; else it is computed and kept.
    USE,
    /// It is computed, and nothing is kept.
    BYPASS,
    /// It is computed, and takes the place of what was kept.
    REFRESH
}
