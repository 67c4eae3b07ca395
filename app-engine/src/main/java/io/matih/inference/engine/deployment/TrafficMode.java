package io.matih.inference.engine.deployment;

import io.matih.inference.engine.shadow.ShadowPolicy;

/// What a deployed version is to do.
public sealed interface TrafficMode {
    /// Takes over all requests in one step.
    record Primary() implements TrafficMode {}

    /// Takes a share of the requests, beside the stable version.
    ///
    /// @param weight percent, 0 to 100; with 0 it is reached by its number and label alone
    record Canary(int weight) implements TrafficMode {}

    /// Gets a copy of what the stable version is asked, and is judged by its answers.
    record Shadow(ShadowPolicy policy) implements TrafficMode {}
}
