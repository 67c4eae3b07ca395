package io.matih.inference.engine.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// What the model cache counts for one model, all its versions together. Any thread; no lock.
public final class ModelCacheMeters {
    private static final String PREFIX = "ml.inference.model.cache.";

    private final MeterRegistry registry;
    private final AtomicLong bytes = new AtomicLong();
    private final Counter hits;
    private final Counter misses;
    private final Counter evictions;
    private final Timer load;
    private final List<Meter> all;

    ModelCacheMeters(MeterRegistry registry, String model) {
        this.registry = registry;
        hits = counter("hits", "Requests that found their model in memory", model);
        misses = counter("misses", "Requests that had to wait for their model", model);
        evictions = counter("evictions", "How often the model left memory for others", model);
        load =
                Timer.builder(PREFIX + "load")
                        .description("Time that bringing the model into memory took")
                        .tags("model", model)
                        .register(registry);
        var taken =
                Gauge.builder(PREFIX + "bytes", bytes, AtomicLong::doubleValue)
                        .description("Memory that the model takes on all devices")
                        .tags("model", model)
                        .register(registry);
        all = List.of(hits, misses, evictions, load, taken);
    }

    private Counter counter(String name, String description, String model) {
        return Counter.builder(PREFIX + name)
                .description(description)
                .tags("model", model)
                .register(registry);
    }

    public void hit() {
        hits.increment();
    }

    public void missed() {
        misses.increment();
    }

    public void evicted() {
        evictions.increment();
    }

    public void loaded(long nanos, long size) {
        load.record(nanos, TimeUnit.NANOSECONDS);
        bytes.addAndGet(size);
    }

    public void unloaded(long size) {
        bytes.addAndGet(-size);
    }

    void close() {
        all.forEach(registry::remove);
    }
}
