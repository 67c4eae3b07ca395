package io.matih.inference.engine.cache;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.telemetry.ModelCacheMeters;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// A model that the cache knows, in memory or not. A request that finds it in memory takes its
/// lease here, without a lock: one volatile read, the lease, and marks that are only written where
/// they change. Everything else goes through the cache, whose lock guards the other fields.
public final class CachedModel<R extends Resident> {
    /// How exactly `lastUsed` is kept; finer would make all requests of a model write one word.
    private static final long TICK_NANOS = 100_000_000;

    private final ModelCache cache;
    private final CacheCandidate<R> candidate;
    private final ModelCacheMeters meters;
    private final AtomicBoolean used = new AtomicBoolean();
    private final AtomicLong lastUsed = new AtomicLong();
    private volatile @Nullable R resident;

    private @Nullable Load<R> load;
    private @Nullable Backoff backoff;
    private Footprint expected;
    private Footprint footprint = Footprint.NONE;
    private double priority;
    private long loads;
    private long loadNanos;
    private Instant since = Instant.EPOCH;
    private boolean trimmed;
    private boolean kept;
    private boolean removed;

    CachedModel(ModelCache cache, CacheCandidate<R> candidate, ModelCacheMeters meters) {
        this.cache = cache;
        this.candidate = candidate;
        this.meters = meters;
        expected = candidate.declared();
    }

    /// Takes a lease where the model is in memory; the caller releases it. Any thread, at once.
    ///
    /// @return null where it is not there
    public @Nullable R tryLease() {
        var current = resident;
        if (current == null || !current.leases().acquire()) {
            return null;
        }
        meters.hit();
        markUsed();
        return current;
    }

    void markUsed() {
        if (!used.getOpaque()) {
            used.setOpaque(true);
        }
        long now = cache.now();
        if (now - lastUsed.getOpaque() >= TICK_NANOS) {
            lastUsed.setOpaque(now);
        }
    }

    /// Takes a lease, after the model was brought into memory where it is not there; the caller
    /// releases it. Waits for the load timeout or until the deadline; the load goes on then.
    ///
    /// @return null where the model was removed: ask for its successor
    /// @throws ServingException `MODEL_NOT_READY`, `CACHE_BUDGET`, `DEADLINE`, `CANCELLED`
    public @Nullable R lease(Deadline deadline) {
        return cache.lease(this, deadline);
    }

    /// Brings it into memory, whatever an earlier attempt came to, and waits for it.
    ///
    /// @param beside what is not evicted for it: the version that it is to replace
    /// @throws ServingException whatever the load fails with, `CACHE_BUDGET` where there is no room
    public void load(@Nullable CachedModel<?> beside) {
        cache.load(this, beside);
    }

    /// Brings it into memory where there is room without others going, and waits for it.
    ///
    /// @return whether it is in memory
    /// @throws ServingException whatever the load fails with
    public boolean loadIfRoom() {
        return cache.loadIfRoom(this);
    }

    /// The model where it is in memory, without a lease: to look at, not to use.
    public @Nullable R peek() {
        return resident;
    }

    /// Takes it out for good: no new leases, those held get this long to come back, what runs then
    /// is stopped.
    public Removal remove(Duration drain) {
        return cache.remove(this, drain);
    }

    public CacheStatus.ModelUse status() {
        return cache.status(this);
    }

    CacheCandidate<R> candidate() {
        return candidate;
    }

    ModelCacheMeters meters() {
        return meters;
    }

    long lastUsedNanos() {
        return lastUsed.getOpaque();
    }

    /// Whether it was used since the last call.
    boolean takeMark() {
        if (!used.getOpaque()) {
            return false;
        }
        used.setOpaque(false);
        return true;
    }

    boolean evictable() {
        var current = resident;
        return current != null && !stays() && current.leases().held() == 0;
    }

    /// Whether it is not evicted, also when it is idle.
    boolean stays() {
        return candidate.pinned() || kept;
    }

    void setKept(boolean keep) {
        kept = keep;
    }

    @Nullable Load<R> currentLoad() {
        return load;
    }

    Load<R> begin(boolean mayEvict) {
        var begun = new Load<R>(mayEvict);
        load = begun;
        return begun;
    }

    /// It is in memory from now on, and each waiter has its lease.
    void publish(Load<R> finished, R loaded, long nanos) {
        for (int i = 0; i < finished.waiters(); i++) {
            if (!loaded.leases().acquire()) {
                throw new IllegalStateException("a model that was just loaded gives no leases");
            }
        }
        footprint = loaded.footprint();
        expected = footprint;
        loads++;
        loadNanos = nanos;
        since = Instant.now();
        trimmed = false;
        backoff = null;
        load = null;
        lastUsed.setOpaque(cache.now());
        used.setOpaque(false);
        resident = loaded;
        meters.loaded(nanos, footprint.total());
        finished.succeeded(loaded);
    }

    /// @param failed absent: a failure that says nothing about the next attempt
    void fail(Load<R> finished, ServingException cause, @Nullable Backoff failed) {
        load = null;
        backoff = failed;
        finished.failed(cause);
    }

    /// It is not in memory any more; whoever takes it out releases it.
    ///
    /// @return the memory to be freed
    Footprint detach() {
        var freed = footprint;
        resident = null;
        footprint = Footprint.NONE;
        meters.unloaded(freed.total());
        return freed;
    }

    @Nullable Backoff backoff() {
        return backoff;
    }

    void forgetFailure() {
        backoff = null;
    }

    /// What the next load will take, as far as anybody knows.
    Footprint expected() {
        return expected;
    }

    void expect(Footprint seen) {
        expected = seen;
    }

    Footprint footprint() {
        return footprint;
    }

    double priority() {
        return priority;
    }

    void setPriority(double value) {
        priority = value;
    }

    long loads() {
        return loads;
    }

    long loadNanos() {
        return loadNanos;
    }

    Instant since() {
        return since;
    }

    /// @return whether it holds what a use since the last call may have made it keep
    boolean takeTrim(boolean idle) {
        boolean due = idle && !trimmed;
        trimmed = idle;
        return due;
    }

    boolean removed() {
        return removed;
    }

    void setRemoved() {
        removed = true;
    }

    /// What taking a model out came to.
    ///
    /// @param drained requests that were running and finished
    /// @param aborted requests that were stopped because they took longer than the drain
    /// @param freedBytes memory that the model took on all devices
    public record Removal(int drained, int aborted, long freedBytes) {}
}
