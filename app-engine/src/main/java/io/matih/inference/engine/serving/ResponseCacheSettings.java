package io.matih.inference.engine.serving;

import java.time.Duration;

/// @param maxBytes of all answers kept, over all models
/// @param timeToLive how long an answer is good for
public record ResponseCacheSettings(long maxBytes, Duration timeToLive) {
    public static final ResponseCacheSettings DEFAULT =
            new ResponseCacheSettings(64L << 20, Duration.ofMinutes(10));
}
