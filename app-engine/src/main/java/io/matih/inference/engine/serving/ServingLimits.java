package io.matih.inference.engine.serving;

import java.time.Duration;

/// Limits that hold for every model.
///
/// @param maxRows rows of one request
/// @param maxOutputBytes bytes that one execution may return
/// @param defaultTimeout of a request where neither it nor its model names one
/// @param longestQueue how long a request may be expected to wait for an instance where neither it
///   nor its model says so; one that would wait longer is refused at once
public record ServingLimits(
        long maxRows, long maxOutputBytes, Duration defaultTimeout, Duration longestQueue) {
    public static final ServingLimits DEFAULT =
            new ServingLimits(65_536, 256L << 20, Duration.ofSeconds(60), Duration.ofSeconds(10));
}
