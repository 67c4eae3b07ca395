package io.matih.inference.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// What `ModelCache` promises, under random load: requests, loads that fail, sweeps, removals and
/// new models at once.
class CacheInvariantsTest {
    private static final int MODELS = 40;
    private static final int THREADS = 24;
    private static final int STEPS = 1500;
    private static final long BUDGET = 200;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theyHold(long seed) throws Exception {
        var settings =
                new CacheSettings(
                        BUDGET, null, 0, Duration.ofSeconds(20), true, Duration.ofSeconds(30));
        var loading = new AtomicIntegerArray(MODELS);
        var loadedTwice = new AtomicInteger();
        var answered = new AtomicInteger();
        var refused = new AtomicInteger();
        try (var f = new CacheFixture(settings);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var models = models(f, new Random(seed), loading, loadedTwice);
            var work = new ArrayList<Future<?>>();
            for (int t = 0; t < THREADS; t++) {
                var random = new Random(seed * 1000 + t);
                work.add(threads.submit(() -> load(f, models, random, answered, refused)));
            }
            for (var done : work) {
                done.get();
            }
            assertThat(answered.get() + refused.get()).isEqualTo(THREADS * STEPS);
            assertThat(answered.get()).isGreaterThan(THREADS * STEPS / 2);
            assertThat(loadedTwice.get()).isZero();
            assertThat(f.memory.peak()).isLessThanOrEqualTo(BUDGET);
            assertThat(models).allMatch(model -> model.status().leases() == 0);
            assertThat(models.stream().filter(model -> model.candidate().pinned()))
                    .allMatch(model -> f.count("evictions", model.candidate().model()) == 0);
            for (var model : models) {
                model.remove(Duration.ofSeconds(10));
            }
            while (f.usedBytes() > 0) {
                Thread.onSpinWait();
            }
            assertThat(f.memory.taken()).isZero();
            assertThat(f.registry.getMeters()).isEmpty();
        }
    }

    /// A few pinned, some that fail now and then, all of sizes that make most of them not fit.
    private static List<CachedModel<FakeModel>> models(
            CacheFixture f, Random random, AtomicIntegerArray loading, AtomicInteger loadedTwice) {
        var models = new ArrayList<CachedModel<FakeModel>>();
        for (int i = 0; i < MODELS; i++) {
            int index = i;
            long bytes = 1L + random.nextInt(30);
            var own = new Random(random.nextLong());
            models.add(
                    f.model(
                            "m" + i,
                            bytes,
                            i % 20 == 0,
                            () -> {
                                if (loading.incrementAndGet(index) > 1) {
                                    loadedTwice.incrementAndGet();
                                }
                                try {
                                    f.pass(Duration.ofMillis(own.nextInt(50)));
                                    if (own.nextInt(20) == 0) {
                                        throw new ServingException(
                                                ErrorCode.RESOURCE_LIMIT, "not now");
                                    }
                                    return new FakeModel(bytes, f.memory);
                                } finally {
                                    loading.decrementAndGet(index);
                                }
                            }));
        }
        return models;
    }

    private static void load(
            CacheFixture f,
            List<CachedModel<FakeModel>> models,
            Random random,
            AtomicInteger answered,
            AtomicInteger refused) {
        for (int i = 0; i < STEPS; i++) {
            // Squared, so that a few models are asked for often and most seldom.
            double skewed = random.nextDouble() * random.nextDouble();
            var model = models.get((int) (skewed * MODELS));
            if (random.nextInt(50) == 0) {
                f.pass(Duration.ofSeconds(2));
                f.cache.sweep();
            }
            try {
                var leased = f.take(model);
                if (leased.isClosed()) {
                    f.memory.misuse("a lease on what is closed");
                }
                Thread.onSpinWait();
                leased.leases().release();
                answered.incrementAndGet();
            } catch (ServingException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.MODEL_NOT_READY);
                refused.incrementAndGet();
            }
        }
    }
}
