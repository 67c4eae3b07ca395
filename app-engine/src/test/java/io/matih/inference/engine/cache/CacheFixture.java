package io.matih.inference.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.telemetry.CacheMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// A cache over fakes and a clock that stands still until it is moved.
final class CacheFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final FakeModel.Memory memory = new FakeModel.Memory();
    final AtomicLong clock = new AtomicLong(1_000_000_000_000L);
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final ModelCache cache;

    CacheFixture(CacheSettings settings) {
        cache = new ModelCache(settings, new CacheMeters(registry), clock::get);
    }

    static CacheFixture of(long budget) {
        return new CacheFixture(settings(budget, Duration.ofSeconds(10)));
    }

    static CacheSettings settings(long budget, Duration loadTimeout) {
        return new CacheSettings(budget, null, 0, loadTimeout, true, null);
    }

    CachedModel<FakeModel> model(String name, long bytes) {
        return model(name, bytes, false);
    }

    CachedModel<FakeModel> model(String name, long bytes, boolean pinned) {
        return model(name, bytes, pinned, () -> new FakeModel(bytes, memory));
    }

    CachedModel<FakeModel> model(
            String name, long declared, boolean pinned, Supplier<FakeModel> source) {
        return cache.add(
                new CacheCandidate<>(name, 1, declared(declared), pinned, _ -> source.get()));
    }

    static Footprint declared(long bytes) {
        return new Footprint(Map.of(Device.CPU, bytes), false);
    }

    /// A request: the model is used once.
    void use(CachedModel<FakeModel> model) {
        take(model).leases().release();
    }

    FakeModel take(CachedModel<FakeModel> model) {
        var leased = model.tryLease();
        return leased != null
                ? leased
                : Objects.requireNonNull(model.lease(Deadline.after(PATIENCE)));
    }

    void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    /// The value once it is this, or what it is after ten seconds: what was evicted is released on
    /// another thread.
    static long settled(LongSupplier value, long expected) {
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (value.getAsLong() != expected && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return value.getAsLong();
    }

    long usedBytes() {
        return cache.status().devices().getFirst().usedBytes();
    }

    double count(String meter, String model) {
        return registry.get("ml.inference.model.cache." + meter)
                .tag("model", model)
                .counter()
                .count();
    }

    static boolean resident(CachedModel<FakeModel> model) {
        return model.peek() != null;
    }

    @Override
    public void close() {
        cache.close();
        assertThat(memory.misuse()).isEmpty();
    }
}
