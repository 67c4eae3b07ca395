package io.matih.inference.engine.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;

class CacheMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CacheMeters meters = new CacheMeters(registry);

    @Test
    void aModelsSeriesAreThereFromTheFirstUserToTheLast() {
        var first = meters.open("iris");
        assertThat(meters.open("iris")).isSameAs(first);
        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsExactlyInAnyOrder(
                        "ml.inference.model.cache.hits",
                        "ml.inference.model.cache.misses",
                        "ml.inference.model.cache.evictions",
                        "ml.inference.model.cache.bytes",
                        "ml.inference.model.cache.load");
        meters.close("iris");
        assertThat(registry.getMeters()).hasSize(5);
        meters.close("iris");
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void bytesAreThoseInMemoryNow() {
        var iris = meters.open("iris");
        iris.loaded(250_000_000, 4096);
        iris.loaded(250_000_000, 1000);
        iris.unloaded(4096);
        assertThat(registry.get("ml.inference.model.cache.bytes").gauge().value()).isEqualTo(1000);
        assertThat(registry.get("ml.inference.model.cache.load").timer().count()).isEqualTo(2);
    }
}
