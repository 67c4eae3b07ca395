package io.matih.inference.engine.telemetry;

import io.micrometer.core.instrument.MeterRegistry;

import java.util.HashMap;
import java.util.Map;

/// What the model cache counts. A model's series exist, at zero, from its first deploy on and leave
/// with its undeploy.
public final class CacheMeters {
    private final MeterRegistry registry;
    private final Map<String, Opened> open = new HashMap<>();

    public CacheMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /// Every `open` wants its `close`; a model's versions share their meters.
    public synchronized ModelCacheMeters open(String model) {
        return open.compute(
                        model,
                        (_, opened) ->
                                opened == null
                                        ? new Opened(new ModelCacheMeters(registry, model), 1)
                                        : new Opened(opened.meters, opened.users + 1))
                .meters;
    }

    public synchronized void close(String model) {
        open.computeIfPresent(
                model,
                (_, opened) -> {
                    if (opened.users > 1) {
                        return new Opened(opened.meters, opened.users - 1);
                    }
                    opened.meters.close();
                    return null;
                });
    }

    private record Opened(ModelCacheMeters meters, int users) {}
}
