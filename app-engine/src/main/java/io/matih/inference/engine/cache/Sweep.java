package io.matih.inference.engine.cache;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// One look at who is idle.
///
/// @param idleTtl after how long a model that is not pinned goes; absent: never
/// @param now by the cache's clock
record Sweep(@Nullable Duration idleTtl, long now) {
    private static final Duration TRIM_AFTER = Duration.ofSeconds(30);

    void run(ReentrantLock lock, List<CachedModel<?>> models, Retirement retirement, Room room) {
        for (var model : models) {
            Resident toTrim = null;
            lock.lock();
            try {
                if (idleTtl != null && model.evictable() && idle(model, idleTtl)) {
                    retirement.evict(room, model);
                } else if (model.takeTrim(idle(model, TRIM_AFTER))) {
                    toTrim = model.peek();
                }
            } finally {
                lock.unlock();
            }
            // With a lease, so that it is not closed meanwhile; without the lock, since it takes
            // its time.
            if (toTrim != null && toTrim.leases().acquire()) {
                try {
                    toTrim.trim();
                } finally {
                    toTrim.leases().release();
                }
            }
        }
    }

    private boolean idle(CachedModel<?> model, Duration limit) {
        return now - model.lastUsedNanos() >= limit.toNanos();
    }
}
