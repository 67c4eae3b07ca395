package io.matih.inference.engine.serving;

import java.util.Locale;

/// What the response cache did for a request.
public enum CacheOutcome {
    HIT,
    MISS,
    BYPASS,
    REFRESH;

    /// As answers spell it.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
