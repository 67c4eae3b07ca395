package io.matih.inference.engine.cache;

import io.matih.inference.engine.cache.CacheStatus.ModelUse;
import io.matih.inference.engine.cache.CacheStatus.State;

import java.time.Instant;

/// One model at one moment; under the cache's lock.
final class Snapshot {
    private Snapshot() {}

    /// @param now by the cache's clock
    static ModelUse of(CachedModel<?> model, long now) {
        var resident = model.peek();
        return new ModelUse(
                model.candidate().model(),
                model.candidate().version(),
                state(model),
                model.footprint(),
                model.candidate().pinned(),
                resident == null ? 0 : resident.leases().held(),
                model.loads() == 0
                        ? null
                        : Instant.now().minusNanos(Math.max(0, now - model.lastUsedNanos())),
                model.loads(),
                model.loadNanos());
    }

    private static State state(CachedModel<?> model) {
        var load = model.currentLoad();
        var backoff = model.backoff();
        if (model.peek() != null) {
            return new State.InMemory(model.since());
        }
        if (load != null) {
            return new State.Loading(load.step());
        }
        return backoff == null ? new State.Absent() : new State.Failed(backoff.failure());
    }
}
