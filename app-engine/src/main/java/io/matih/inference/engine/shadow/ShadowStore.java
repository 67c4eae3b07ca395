package io.matih.inference.engine.shadow;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Remembers comparisons. What is saved survives the process, not power loss. What belongs to a
/// deployment goes with it. Any method throws `STORAGE_FAILED` where the store cannot be read or
/// written.
public interface ShadowStore {
    Optional<ComparisonState> find(ShadowKey key);

    /// Adds or replaces; nothing happens where the deployment is gone.
    void save(ShadowKey key, ComparisonState state);

    /// Adds a minute's counts; to those of before where it is known already, whose latencies stay.
    /// Nothing happens where the deployment is gone.
    void add(ShadowKey key, ShadowMinute minute);

    /// The minutes that begin at `from` or later, in order.
    List<ShadowMinute> minutes(ShadowKey key, Instant from);

    /// Forgets minutes that are older.
    void forgetMinutes(Instant before);

    /// Forgets a comparison and its minutes.
    void delete(ShadowKey key);
}
