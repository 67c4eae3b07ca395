package io.matih.inference.engine.cache;

import java.util.function.Consumer;

/// A model that may be brought into memory, now and again.
///
/// @param declared what it will take as far as anybody knows before its first load
/// @param pinned whether it is never evicted
public record CacheCandidate<R extends Resident>(
        String model, int version, Footprint declared, boolean pinned, Source<R> source) {
    /// How error messages call it.
    String label() {
        return "model '%s' version %d".formatted(model, version);
    }

    /// Where it comes from.
    @FunctionalInterface
    public interface Source<R> {
        /// Loads it. Called by one thread at a time, a platform thread.
        ///
        /// @param step told what is being done
        R load(Consumer<String> step);
    }
}
