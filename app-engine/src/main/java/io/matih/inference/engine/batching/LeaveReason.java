package io.matih.inference.engine.batching;

import java.util.Locale;

/// Why a batch left when it did.
public enum LeaveReason {
    /// The model takes no batches: every request leaves alone.
    SINGLE,
    /// No more rows fit.
    FULL,
    /// It had one of the preferred sizes.
    PREFERRED,
    /// An instance was free, and no delay is configured.
    IDLE,
    /// Its oldest request had waited for the configured delay.
    DELAY,
    /// Nothing came for so long that waiting further was not worth it.
    QUIET,
    /// A member would have missed its deadline.
    DEADLINE,
    /// The model is being unloaded.
    DRAIN;

    /// As answers and metrics spell it.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
