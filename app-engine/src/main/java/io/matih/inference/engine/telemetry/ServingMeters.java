package io.matih.inference.engine.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/// The meters of every deployed version. A version's series all exist, at zero, from the moment it
/// is opened, and leave when it is closed; labels are registered names and fixed words only.
public final class ServingMeters {
    private final MeterRegistry registry;
    private final Histograms histograms = new Histograms();
    private final Map<String, Opened> open = new HashMap<>();

    public ServingMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /// What is counted by size; not in the registry, which rounds.
    public List<HistogramFamily> histograms() {
        return histograms.all();
    }

    /// Every `open` wants its `close`; opened twice, a version shares its meters until the last
    /// close.
    public synchronized ModelMeters open(String model, int version, String backend) {
        return open.compute(
                        key(model, version),
                        (_, opened) ->
                                opened == null
                                        ? new Opened(newMeters(model, version, backend), 1)
                                        : new Opened(opened.meters, opened.users + 1))
                .meters;
    }

    private ModelMeters newMeters(String model, int version, String backend) {
        return new ModelMeters(registry, histograms, model, version, backend, System::nanoTime);
    }

    public synchronized void close(String model, int version) {
        var opened = open.remove(key(model, version));
        if (opened == null) {
            return;
        }
        if (opened.users > 1) {
            open.put(key(model, version), new Opened(opened.meters, opened.users - 1));
            return;
        }
        opened.meters.close(open.keySet().stream().noneMatch(key -> key.startsWith(model + "/")));
    }

    /// A gauge of the process, without labels.
    public void gauge(String name, String description, DoubleSupplier value) {
        Gauge.builder(name, value::getAsDouble).description(description).register(registry);
    }

    private static String key(String model, int version) {
        return model + "/" + version;
    }

    private record Opened(ModelMeters meters, int users) {}
}
