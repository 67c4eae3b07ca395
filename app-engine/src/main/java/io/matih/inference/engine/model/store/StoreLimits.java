package io.matih.inference.engine.model.store;

import java.time.Duration;

/// How large a model may be and how long fetching one may take.
///
/// @param maxModelBytes most bytes of a source as given, and of a model's files once unpacked
/// @param fetchTimeout most time of one download, all its objects included
public record StoreLimits(long maxModelBytes, Duration fetchTimeout) {
    public static final StoreLimits DEFAULT = new StoreLimits(2L << 30, Duration.ofMinutes(15));

    /// Most files of one model.
    static final int MAX_FILES = 10_000;
}
