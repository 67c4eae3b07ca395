package io.matih.inference.server.bench;

/// How the starts of an open loop are spread over time.
public enum Arrivals {
    /// Gaps are exponential: as many clients that know nothing of each other.
    POISSON,
    /// All gaps are the same.
    UNIFORM
}
