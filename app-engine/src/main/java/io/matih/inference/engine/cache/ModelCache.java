package io.matih.inference.engine.cache;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.telemetry.CacheMeters;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Which models are in memory: as many as the budgets hold, those that are used.
///
/// A model's states: Absent → Loading (single flight, waiters) → Resident (n leases) → Absent; a
/// load that fails leads to Failed (backoff until a moment), from where the next request after that
/// moment leads to Loading again. A residency that ends is Retiring until its memory is free: an
/// eviction takes place only at n = 0, in the same step that refuses further leases; a removal
/// refuses further leases first and waits for n = 0. The model itself is Absent at once, and may be
/// loaded again meanwhile.
///
/// What holds at any moment, for each device:
/// - The bytes of all that is resident, admitted for loading or retiring are within the limit. The
///   exception: a model that turns out to take more than was expected passes it from the end of its
///   load until those who went for it are closed, or it is.
/// - Nothing is closed while a lease on it is held; nothing pinned is evicted.
/// - One load per model at a time.
/// - A waiter has its lease before anybody can evict what it waited for.
///
/// One lock guards all of it but the way of a request that finds its model in memory
/// (`CachedModel.tryLease`). Nothing is loaded, closed or waited for under the lock. Loads wait for
/// room on virtual threads and run on platform threads of their own, since native code would keep a
/// carrier.
public final class ModelCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final Duration CLOSING = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final CacheSettings settings;
    private final CacheMeters meters;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<CachedModel<?>> models = new LinkedHashSet<>();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final Room room;
    private final Retirement retirement;
    private final Loader loader;
    private final ScheduledExecutorService sweeper =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("model cache").factory());

    public ModelCache(CacheSettings settings, CacheMeters meters) {
        this(settings, meters, System::nanoTime);
        var _ =
                sweeper.scheduleWithFixedDelay(
                        this::sweep, SWEEP.toNanos(), SWEEP.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Does not sweep by itself.
    ModelCache(CacheSettings settings, CacheMeters meters, LongSupplier nanoClock) {
        this.settings = settings;
        this.meters = meters;
        this.clock = nanoClock;
        var order = new EvictionOrder();
        retirement = new Retirement(lock, order, background);
        room = new Room(settings, lock, models, order, retirement);
        loader = new Loader(lock, room, order, nanoClock);
    }

    long now() {
        return clock.getAsLong();
    }

    /// Makes a model known; nothing is loaded yet. Its series exist from now on until it is
    /// removed.
    public <R extends Resident> CachedModel<R> add(CacheCandidate<R> candidate) {
        var model = new CachedModel<>(this, candidate, meters.open(candidate.model()));
        lock.lock();
        try {
            models.add(model);
        } finally {
            lock.unlock();
        }
        return model;
    }

    <R extends Resident> @Nullable R lease(CachedModel<R> model, Deadline deadline) {
        Load<R> load;
        lock.lock();
        try {
            if (model.removed()) {
                return null;
            }
            var resident = model.tryLease();
            if (resident != null) {
                return resident;
            }
            model.meters().missed();
            load = wantedLoad(model);
            load.addWaiter();
        } finally {
            lock.unlock();
        }
        return await(model, load, deadline);
    }

    private <R extends Resident> Load<R> wantedLoad(CachedModel<R> model) {
        var load = model.currentLoad();
        if (load != null) {
            load.want();
            return load;
        }
        var backoff = model.backoff();
        if (backoff != null && !backoff.isOver(now())) {
            throw Refusal.ofFailed(model, backoff.failure(), backoff.left(now()));
        }
        if (!settings.loadOnDemand()) {
            throw Refusal.notReady(model, "is not in memory, and loading on demand is off", RETRY);
        }
        return start(model, true);
    }

    private <R extends Resident> @Nullable R await(
            CachedModel<R> model, Load<R> load, Deadline deadline) {
        long limit = Math.min(settings.loadTimeout().toNanos(), deadline.remainingNanos());
        boolean interrupted = false;
        try {
            // Whether it was in time is seen below, under the lock.
            var _ = load.done().await(Math.max(0, limit), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            interrupted = true;
        }
        lock.lock();
        try {
            var loaded = load.loaded();
            if (loaded != null) {
                return loaded;
            }
            var failure = load.failure();
            if (failure != null) {
                if (model.removed()) {
                    return null;
                }
                var backoff = model.backoff();
                throw Refusal.ofFailed(
                        model, failure, backoff == null ? RETRY : backoff.left(now()));
            }
            load.removeWaiter();
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (interrupted) {
            throw new ServingException(ErrorCode.CANCELLED, "the request was cancelled");
        }
        if (deadline.passed()) {
            throw Refusal.late(model);
        }
        throw Refusal.notReady(model, "is loading", RETRY);
    }

    <R extends Resident> void load(CachedModel<R> model, @Nullable CachedModel<?> beside) {
        keep(beside, true);
        try {
            attempt(model, true);
        } finally {
            keep(beside, false);
        }
    }

    private void keep(@Nullable CachedModel<?> model, boolean keep) {
        if (model != null) {
            lock.lock();
            try {
                model.setKept(keep);
            } finally {
                lock.unlock();
            }
        }
    }

    <R extends Resident> boolean loadIfRoom(CachedModel<R> model) {
        try {
            attempt(model, false);
            return true;
        } catch (ServingException e) {
            if (e.code() == ErrorCode.CACHE_BUDGET) {
                return false;
            }
            throw e;
        }
    }

    private <R extends Resident> void attempt(CachedModel<R> model, boolean mayEvict) {
        Load<R> load;
        lock.lock();
        try {
            if (model.peek() != null) {
                return;
            }
            model.forgetFailure();
            var running = model.currentLoad();
            load = running == null ? start(model, mayEvict) : running;
            if (mayEvict) {
                load.want();
            }
        } finally {
            lock.unlock();
        }
        try {
            load.done().await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "the load was interrupted", e);
        }
        var failure = load.failure();
        if (failure != null) {
            throw failure;
        }
    }

    private <R extends Resident> Load<R> start(CachedModel<R> model, boolean mayEvict) {
        var load = model.begin(mayEvict);
        try {
            background.execute(() -> loader.perform(model, load));
        } catch (RejectedExecutionException e) {
            model.fail(
                    load,
                    new ServingException(ErrorCode.SHUTTING_DOWN, "the server is stopping", e),
                    null);
        }
        return load;
    }

    CachedModel.Removal remove(CachedModel<?> model, Duration drain) {
        var removal = retirement.remove(room, model, drain);
        lock.lock();
        try {
            if (!models.remove(model)) {
                return removal;
            }
        } finally {
            lock.unlock();
        }
        meters.close(model.candidate().model());
        return removal;
    }

    /// Takes out what has been idle for longer than the idle TTL, and has what is idle for a while
    /// give back what it does not need for that.
    void sweep() {
        new Sweep(settings.idleTtl(), now()).run(lock, known(), retirement, room);
    }

    private List<CachedModel<?>> known() {
        lock.lock();
        try {
            return List.copyOf(models);
        } finally {
            lock.unlock();
        }
    }

    /// The budgets, and every model that is known.
    public CacheStatus status() {
        lock.lock();
        try {
            return new CacheStatus(
                    room.use(),
                    models.stream()
                            .map(this::status)
                            .sorted(
                                    Comparator.comparing(CacheStatus.ModelUse::model)
                                            .thenComparingInt(CacheStatus.ModelUse::version))
                            .toList());
        } finally {
            lock.unlock();
        }
    }

    CacheStatus.ModelUse status(CachedModel<?> model) {
        lock.lock();
        try {
            return Snapshot.of(model, now());
        } finally {
            lock.unlock();
        }
    }

    /// Loads that run are waited for; what is still in memory stays there, so remove it first.
    @Override
    public void close() {
        sweeper.close();
        lock.lock();
        try {
            room.close();
        } finally {
            lock.unlock();
        }
        background.shutdown();
        try {
            if (!background.awaitTermination(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("the model cache closes while a model is still being loaded or closed");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        loader.close();
    }
}
