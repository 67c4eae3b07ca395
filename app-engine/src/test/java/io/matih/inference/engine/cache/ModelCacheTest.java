package io.matih.inference.engine.cache;

import static io.matih.inference.engine.cache.CacheFixture.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.cache.CacheStatus.State;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

class ModelCacheTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private static ServingException failure(Runnable action) {
        return catchThrowableOfType(ServingException.class, action::run);
    }

    @Test
    void theFirstRequestLoadsAndTheNextFindsIt() {
        try (var f = CacheFixture.of(100)) {
            var a = f.model("a", 10);
            assertThat(a.status().state()).isInstanceOf(State.Absent.class);
            assertThat(a.tryLease()).isNull();
            f.use(a);
            f.use(a);
            assertThat(a.status().state()).isInstanceOf(State.InMemory.class);
            assertThat(f.count("misses", "a")).isEqualTo(1);
            assertThat(f.count("hits", "a")).isEqualTo(1);
            assertThat(a.status().loads()).isEqualTo(1);
            assertThat(CacheFixture.settled(f::usedBytes, 10)).isEqualTo(10);
        }
    }

    @Test
    void theLeastRecentlyUsedGoes() {
        try (var f = CacheFixture.of(30)) {
            var a = f.model("a", 10);
            var b = f.model("b", 10);
            var c = f.model("c", 10);
            for (var model : List.of(a, b, c, a)) {
                f.pass(Duration.ofSeconds(1));
                f.use(model);
            }
            f.use(f.model("d", 10));
            assertThat(List.of(resident(a), resident(b), resident(c)))
                    .containsExactly(true, false, true);
            assertThat(f.count("evictions", "b")).isEqualTo(1);
            assertThat(b.status().state()).isInstanceOf(State.Absent.class);
            f.use(b);
            assertThat(resident(b)).isTrue();
        }
    }

    /// Of two models of one size, the one that takes longer to load stays, though it was used
    /// first; but not for ever.
    @Test
    void whatIsDearToReloadStaysLonger() {
        try (var f = CacheFixture.of(20)) {
            var dear =
                    f.model(
                            "dear",
                            10,
                            false,
                            () -> {
                                f.pass(Duration.ofSeconds(3));
                                return new FakeModel(10, f.memory);
                            });
            f.use(dear);
            int survived = 0;
            while (resident(dear)) {
                var cheap =
                        f.model(
                                "cheap" + survived,
                                10,
                                false,
                                () -> {
                                    f.pass(Duration.ofSeconds(1));
                                    return new FakeModel(10, f.memory);
                                });
                f.use(cheap);
                survived++;
            }
            assertThat(survived).isBetween(4, 5);
        }
    }

    @Test
    void whatIsInUseOrPinnedIsNotEvicted() {
        try (var f = new CacheFixture(CacheFixture.settings(30, SHORT))) {
            var pinned = f.model("pinned", 10, true);
            var busy = f.model("busy", 10);
            f.use(pinned);
            var lease = f.take(busy);
            var large = f.model("large", 15);
            assertThat(failure(() -> large.load(null)).code()).isEqualTo(ErrorCode.CACHE_BUDGET);
            assertThat(resident(pinned) && resident(busy)).isTrue();
            lease.leases().release();
            large.load(null);
            assertThat(resident(busy)).isFalse();
            assertThat(resident(pinned)).isTrue();
        }
    }

    @Test
    void aLoadWaitsForABusyModelToBecomeIdle() throws Exception {
        try (var f = CacheFixture.of(10);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var busy = f.model("busy", 10);
            var lease = f.take(busy);
            var next = f.model("next", 10);
            var loaded = threads.submit(() -> next.load(null));
            lease.leases().release();
            loaded.get();
            assertThat(resident(next)).isTrue();
            assertThat(f.memory.peak()).isEqualTo(10);
        }
    }

    @Test
    void whatCanNeverFitIsRefusedAtOnceAndNothingGoesForIt() {
        try (var f = CacheFixture.of(30)) {
            var a = f.model("a", 10);
            f.use(a);
            var huge = f.model("huge", 31);
            var refused = failure(() -> huge.lease(Deadline.after(DRAIN)));
            assertThat(refused.code()).isEqualTo(ErrorCode.CACHE_BUDGET);
            assertThat(refused).hasMessageContaining("31 bytes").hasMessageContaining("may use 30");
            assertThat(refused.retryAfter()).isNotNull();
            assertThat(resident(a)).isTrue();
        }
    }

    @Test
    void whatTakesMoreThanItDeclaredIsSettledOrRefused() {
        try (var f = CacheFixture.of(30)) {
            var a = f.model("a", 10);
            f.use(a);
            var grown = f.model("grown", 5, false, () -> new FakeModel(25, f.memory));
            f.use(grown);
            assertThat(resident(a)).isFalse();
            assertThat(CacheFixture.settled(f::usedBytes, 25)).isEqualTo(25);
            var liar = f.model("liar", 1, false, () -> new FakeModel(40, f.memory));
            assertThat(failure(() -> liar.load(null)).code()).isEqualTo(ErrorCode.CACHE_BUDGET);
            assertThat(CacheFixture.settled(f.memory::taken, 25)).isEqualTo(25);
            assertThat(CacheFixture.settled(f::usedBytes, 25)).isEqualTo(25);
        }
    }

    /// Two that declare nothing and take two thirds each are loaded at once, then one after the
    /// other: neither waits for the other with its memory held.
    @Test
    void modelsThatGrowWhileTheyLoadDoNotWaitForEachOther() throws Exception {
        try (var f = CacheFixture.of(30);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var both = new CyclicBarrier(2);
            var meet = new AtomicInteger(2);
            Supplier<FakeModel> source =
                    () -> {
                        var loaded = new FakeModel(20, f.memory);
                        if (meet.getAndDecrement() > 0) {
                            await(both);
                        }
                        return loaded;
                    };
            var a = f.model("a", 0, false, source);
            var b = f.model("b", 0, false, source);
            var requests = List.of(threads.submit(() -> f.use(a)), threads.submit(() -> f.use(b)));
            for (var request : requests) {
                request.get();
            }
            assertThat(CacheFixture.settled(f::usedBytes, 20)).isEqualTo(20);
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void overcommitmentRaisesTheBudget() {
        var settings = new CacheSettings(100L, null, 50, CacheSettings.LOAD_TIMEOUT, true, null);
        try (var f = new CacheFixture(settings)) {
            f.use(f.model("a", 75));
            f.use(f.model("b", 75));
            assertThat(CacheFixture.settled(f::usedBytes, 150)).isEqualTo(150);
        }
    }

    @Test
    void manyWhoAskAtOnceShareOneLoad() throws Exception {
        try (var f = CacheFixture.of(10);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var loads = new AtomicInteger();
            var go = new CountDownLatch(1);
            var a =
                    f.model(
                            "a",
                            10,
                            false,
                            () -> {
                                loads.incrementAndGet();
                                await(go);
                                return new FakeModel(10, f.memory);
                            });
            var requests = new ArrayList<Future<FakeModel>>();
            for (int i = 0; i < 50; i++) {
                requests.add(threads.submit(() -> f.take(a)));
            }
            while (f.count("misses", "a") < 50) {
                Thread.onSpinWait();
            }
            go.countDown();
            for (var request : requests) {
                request.get();
            }
            assertThat(loads.get()).isEqualTo(1);
            assertThat(a.status().leases()).isEqualTo(50);
            // All of them hold what nobody can evict.
            assertThat(Objects.requireNonNull(a.peek()).leases().drainIfIdle()).isFalse();
            for (var request : requests) {
                request.get().leases().release();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRequestWaitsForTheLoadTimeoutOnlyAndTheLoadGoesOn() {
        try (var f = new CacheFixture(CacheFixture.settings(10, SHORT))) {
            var go = new CountDownLatch(1);
            var slow =
                    f.model(
                            "slow",
                            10,
                            false,
                            () -> {
                                await(go);
                                return new FakeModel(10, f.memory);
                            });
            var early = failure(() -> slow.lease(Deadline.after(DRAIN)));
            assertThat(early.code()).isEqualTo(ErrorCode.MODEL_NOT_READY);
            assertThat(early.retryAfter()).isNotNull();
            assertThat(slow.status().state()).isInstanceOf(State.Loading.class);
            var late = failure(() -> slow.lease(Deadline.after(Duration.ofMillis(5))));
            assertThat(late.code()).isEqualTo(ErrorCode.DEADLINE);
            go.countDown();
            slow.load(null);
            assertThat(slow.status().leases()).isZero();
            assertThat(slow.status().loads()).isEqualTo(1);
        }
    }

    @Test
    void aFailedLoadIsNotRepeatedBeforeItsBackoff() {
        try (var f = CacheFixture.of(10)) {
            var broken = new AtomicBoolean(true);
            var tries = new AtomicInteger();
            var model =
                    f.model(
                            "m",
                            10,
                            false,
                            () -> {
                                tries.incrementAndGet();
                                if (broken.get()) {
                                    throw new ServingException(
                                            ErrorCode.MODEL_INVALID, "secret detail");
                                }
                                return new FakeModel(10, f.memory);
                            });
            var first = failure(() -> f.use(model));
            assertThat(first.code()).isEqualTo(ErrorCode.MODEL_NOT_READY);
            assertThat(first).hasMessageNotContaining("secret");
            assertThat(failure(() -> f.use(model)).retryAfter()).isEqualTo(Duration.ofSeconds(1));
            assertThat(tries.get()).isEqualTo(1);
            assertThat(model.status().state())
                    .isInstanceOfSatisfying(
                            State.Failed.class,
                            failed -> assertThat(failed.failure()).hasMessage("secret detail"));
            f.pass(Duration.ofSeconds(1));
            failure(() -> f.use(model));
            assertThat(tries.get()).isEqualTo(2);
            assertThat(failure(() -> f.use(model)).retryAfter()).isEqualTo(Duration.ofSeconds(2));
            broken.set(false);
            f.pass(Duration.ofSeconds(2));
            f.use(model);
            assertThat(resident(model)).isTrue();
            assertThat(CacheFixture.settled(f::usedBytes, 10)).isEqualTo(10);
        }
    }

    @Test
    void anErrorInALoadReachesWhoWaits() {
        try (var f = CacheFixture.of(10)) {
            var model =
                    f.model(
                            "m",
                            10,
                            false,
                            () -> {
                                throw new OutOfMemoryError("no more");
                            });
            assertThat(failure(() -> model.load(null)).code()).isEqualTo(ErrorCode.INTERNAL);
            assertThat(f.usedBytes()).isZero();
        }
    }

    @Test
    void withoutLoadOnDemandOnlyAnOperatorLoads() {
        var settings = new CacheSettings(10L, null, 0, SHORT, false, null);
        try (var f = new CacheFixture(settings)) {
            var model = f.model("m", 10);
            assertThat(failure(() -> f.use(model)).code()).isEqualTo(ErrorCode.MODEL_NOT_READY);
            model.load(null);
            f.use(model);
        }
    }

    @Test
    void atStartNothingGoesForWhatDoesNotFit() {
        try (var f = CacheFixture.of(25)) {
            var a = f.model("a", 10);
            var b = f.model("b", 10);
            var c = f.model("c", 10);
            assertThat(List.of(a.loadIfRoom(), b.loadIfRoom(), c.loadIfRoom()))
                    .containsExactly(true, true, false);
            assertThat(c.status().state()).isInstanceOf(State.Absent.class);
            f.use(c);
            assertThat(resident(c)).isTrue();
        }
    }

    @Test
    void whatIsToBeReplacedStaysWhileItsSuccessorLoads() {
        try (var f = CacheFixture.of(15)) {
            var old = f.model("m", 10);
            f.use(old);
            var successor = f.model("m", 10);
            assertThat(failure(() -> successor.load(old)).code()).isEqualTo(ErrorCode.CACHE_BUDGET);
            assertThat(resident(old)).isTrue();
        }
    }

    @Test
    void idleModelsAreTrimmedOnceAndLeaveAfterTheirTtl() {
        var settings = new CacheSettings(100L, null, 0, SHORT, true, Duration.ofMinutes(5));
        try (var f = new CacheFixture(settings)) {
            var a = f.model("a", 10);
            var pinned = f.model("pinned", 10, true);
            f.use(a);
            f.use(pinned);
            var loaded = Objects.requireNonNull(a.peek());
            f.cache.sweep();
            f.pass(Duration.ofMinutes(1));
            f.cache.sweep();
            f.cache.sweep();
            assertThat(loaded.trims()).isEqualTo(1);
            f.use(a);
            f.cache.sweep();
            f.pass(Duration.ofMinutes(4));
            f.cache.sweep();
            assertThat(loaded.trims()).isEqualTo(2);
            assertThat(resident(a)).isTrue();
            f.pass(Duration.ofMinutes(1));
            f.cache.sweep();
            assertThat(resident(a)).isFalse();
            assertThat(resident(pinned)).isTrue();
        }
    }

    @Test
    void aRemovalWaitsForLeasesAndTellsWhatItFreed() throws Exception {
        try (var f = CacheFixture.of(10);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var a = f.model("a", 10);
            var lease = f.take(a);
            var removal = threads.submit(() -> a.remove(DRAIN));
            while (a.peek() != null) {
                Thread.onSpinWait();
            }
            assertThat(a.lease(Deadline.after(DRAIN))).isNull();
            assertThat(CacheFixture.settled(f.memory::taken, 10)).isEqualTo(10);
            lease.leases().release();
            assertThat(removal.get()).isEqualTo(new CachedModel.Removal(1, 0, 10));
            assertThat(f.memory.taken()).isZero();
            assertThat(f.usedBytes()).isZero();
            assertThat(f.registry.getMeters()).isEmpty();
        }
    }

    @Test
    void whatDoesNotDrainIsClosedOnlyWhenItsLastLeaseComesBack() {
        try (var f = CacheFixture.of(10)) {
            var a = f.model("a", 10);
            var lease = f.take(a);
            assertThat(a.remove(Duration.ZERO)).isEqualTo(new CachedModel.Removal(0, 1, 10));
            assertThat(lease.isClosed()).isFalse();
            lease.leases().release();
            while (f.usedBytes() > 0) {
                Thread.onSpinWait();
            }
            assertThat(lease.isClosed()).isTrue();
        }
    }
}
