package io.matih.inference.engine.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// What metrics say of shadows. A shadow's series exist while it is compared.
public final class ShadowMeters {
    private final MeterRegistry registry;
    private final Map<String, List<Meter>> open = new HashMap<>();

    public ShadowMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /// @param agreement share of the rows, NaN while there is none
    public synchronized void open(
            String model,
            int version,
            DoubleSupplier agreement,
            LongSupplier samples,
            LongSupplier errors,
            LongSupplier dropped) {
        close(model, version);
        var tags = Tags.of("model", model, "version", Integer.toString(version));
        open.put(
                key(model, version),
                List.of(
                        Gauge.builder(
                                        "matih.shadow.agreement",
                                        agreement,
                                        DoubleSupplier::getAsDouble)
                                .description("Share of the rows on which shadow and primary agree")
                                .tags(tags)
                                .strongReference(true)
                                .register(registry),
                        counter(
                                "matih.shadow.samples",
                                "Rows that were asked of shadow and primary",
                                samples,
                                tags),
                        counter(
                                "matih.shadow.errors",
                                "Requests that the shadow did not answer",
                                errors,
                                tags),
                        counter(
                                "matih.shadow.dropped",
                                "Requests that were not mirrored because the shadow was behind",
                                dropped,
                                tags)));
    }

    private Meter counter(String name, String description, LongSupplier value, Tags tags) {
        return FunctionCounter.builder(name, value, LongSupplier::getAsLong)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    public synchronized void close(String model, int version) {
        var meters = open.remove(key(model, version));
        if (meters != null) {
            meters.forEach(registry::remove);
        }
    }

    private static String key(String model, int version) {
        return model + "/" + version;
    }
}
