package io.matih.inference.engine.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import org.jspecify.annotations.Nullable;

/// A counter whose series begins with the first event, for what most models never count. Any
/// thread.
final class LazyCounter {
    private final MeterRegistry registry;
    private final Counter.Builder builder;
    private volatile @Nullable Counter counter;
    private boolean closed;

    LazyCounter(MeterRegistry registry, String name, String description, Tags tags) {
        this.registry = registry;
        builder = Counter.builder(name).description(description).tags(tags);
    }

    void increment() {
        var known = counter;
        (known == null ? begin() : known).increment();
    }

    private synchronized Counter begin() {
        var begun = builder.register(registry);
        if (closed) {
            registry.remove(begun);
        } else {
            counter = begun;
        }
        return begun;
    }

    synchronized void close() {
        closed = true;
        var known = counter;
        if (known != null) {
            registry.remove(known);
        }
    }
}
