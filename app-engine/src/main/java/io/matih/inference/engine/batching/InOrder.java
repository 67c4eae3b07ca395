package io.matih.inference.engine.batching;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// Lets batches deliver in the order of their numbers, whatever order they were executed in. Any
/// thread.
final class InOrder {
    private final Map<Long, Runnable> early = new HashMap<>();
    private long next;

    /// Runs the delivery now, or later on the thread of the batch that was still missing.
    void deliver(long number, Runnable delivery) {
        synchronized (early) {
            early.put(number, delivery);
        }
        for (var ready = poll(); ready != null; ready = poll()) {
            ready.run();
        }
    }

    private @Nullable Runnable poll() {
        synchronized (early) {
            var ready = early.remove(next);
            next += ready == null ? 0 : 1;
            return ready;
        }
    }
}
