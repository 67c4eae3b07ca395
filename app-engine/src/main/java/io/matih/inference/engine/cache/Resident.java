package io.matih.inference.engine.cache;

/// A model in memory, as the cache sees it. Any thread.
public interface Resident extends AutoCloseable {
    /// Who uses it.
    Leases leases();

    /// The memory that it takes.
    Footprint footprint();

    /// Gives back memory that it holds only to be quick; it is idle now.
    void trim();

    /// Stops what runs in it, where that can be stopped.
    void cancel();

    /// Releases its memory; the cache calls it once, after the last lease came back. Returns when
    /// the memory is free.
    @Override
    void close();
}
