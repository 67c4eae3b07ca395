package io.matih.inference.engine.serving;

import java.time.Duration;

/// Limits that hold for every model.
///
/// @param maxRows rows of one request
/// @param maxOutputBytes bytes that one execution may return
/// @param defaultTimeout of a request where neither it nor its model names one
public record ServingLimits(long maxRows, long maxOutputBytes, Duration defaultTimeout) {
    public static final ServingLimits DEFAULT =
            new ServingLimits(65_536, 256L << 20, Duration.ofSeconds(60));
}
