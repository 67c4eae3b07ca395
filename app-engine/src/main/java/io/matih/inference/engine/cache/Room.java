package io.matih.inference.engine.cache;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The memory of each device, and who has it. The cache's lock guards it.
///
/// For each device: `held` is what resident, admitted and retiring models take, `retiring` the part
/// of it whose models are being closed, and `claimed` what loads need that wait for that part. A
/// load claims only once `held - retiring + claimed + need` is within the limit, and is admitted
/// once `held + need` is; so loads that wait for memory to be freed never wait for each other.
final class Room {
    /// A lease that comes back tells nobody, or every request would pay for it: a load that waits
    /// for busy models looks again this often.
    private static final long LOOK_AGAIN_NANOS = 5_000_000;

    private static final Comparator<Device> HOST_FIRST =
            Comparator.comparing(Device::kind).thenComparingInt(Device::ordinal);

    private final CacheSettings settings;
    private final Condition freed;
    private final Collection<CachedModel<?>> models;
    private final EvictionOrder order;
    private final Retirement retirement;
    private final Map<Device, Account> accounts = new HashMap<>();
    private boolean closed;

    Room(
            CacheSettings settings,
            ReentrantLock lock,
            Collection<CachedModel<?>> models,
            EvictionOrder order,
            Retirement retirement) {
        this.settings = settings;
        this.freed = lock.newCondition();
        this.models = models;
        this.order = order;
        this.retirement = retirement;
        accounts.put(Device.CPU, new Account());
    }

    /// Takes the room that a model is expected to need; waits until others are out.
    ///
    /// @throws ServingException `CACHE_BUDGET`
    void admit(CachedModel<?> model, Footprint need, Load<?> load) {
        requirePossible(model, need);
        var giveUp = Deadline.after(settings.loadTimeout());
        makeRoom(model, need, load, giveUp);
        need.bytes().forEach((device, bytes) -> account(device).claimed += bytes);
        try {
            while (need.bytes().entrySet().stream().anyMatch(this::isFull)) {
                await(model, need, giveUp);
            }
        } finally {
            need.bytes().forEach((device, bytes) -> account(device).claimed -= bytes);
        }
        need.bytes().forEach((device, bytes) -> account(device).held += bytes);
    }

    /// A model was loaded and takes what it takes; where that is more than was admitted, others go.
    /// Waits for nobody: two loads that hold what the other waits for would wait in vain.
    ///
    /// @return whether there is room; else the model is to be closed and released
    /// @throws ServingException `CACHE_BUDGET` where there will never be
    boolean settle(CachedModel<?> model, Footprint admitted, Footprint taken, Load<?> load) {
        admitted.bytes().forEach((device, bytes) -> account(device).held -= bytes);
        taken.bytes().forEach((device, bytes) -> account(device).held += bytes);
        freed.signalAll();
        requirePossible(model, taken);
        var shortage = shortage(Footprint.NONE);
        if (shortage.isEmpty()) {
            return true;
        }
        if (!load.mayEvict() || closed) {
            throw noRoom(model, taken);
        }
        order.choose(models, shortage).forEach(victim -> retirement.evict(this, victim));
        return shortage(Footprint.NONE).isEmpty();
    }

    void retiring(Footprint footprint) {
        footprint.bytes().forEach((device, bytes) -> account(device).retiring += bytes);
        freed.signalAll();
    }

    void retired(Footprint footprint) {
        footprint.bytes().forEach((device, bytes) -> account(device).retiring -= bytes);
        release(footprint);
    }

    void release(Footprint footprint) {
        footprint.bytes().forEach((device, bytes) -> account(device).held -= bytes);
        freed.signalAll();
    }

    List<CacheStatus.DeviceUse> use() {
        return accounts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(HOST_FIRST))
                .map(
                        account ->
                                new CacheStatus.DeviceUse(
                                        account.getKey(),
                                        settings.budget(account.getKey()),
                                        account.getValue().held))
                .toList();
    }

    /// Nothing is evicted from now on.
    void close() {
        closed = true;
        freed.signalAll();
    }

    private void makeRoom(CachedModel<?> model, Footprint need, Load<?> load, Deadline giveUp) {
        while (true) {
            var shortage = shortage(need);
            if (shortage.isEmpty()) {
                return;
            }
            if (!load.mayEvict() || closed) {
                throw noRoom(model, need);
            }
            var victims = order.choose(models, shortage);
            victims.forEach(victim -> retirement.evict(this, victim));
            if (victims.isEmpty()) {
                await(model, need, giveUp);
            }
        }
    }

    /// What is missing on each device once everything that retires is out.
    private Map<Device, Long> shortage(Footprint need) {
        var shortage = new HashMap<Device, Long>();
        for (var entry : accounts.entrySet()) {
            var account = entry.getValue();
            var limit = settings.limit(entry.getKey());
            long wanted =
                    account.held
                            - account.retiring
                            + account.claimed
                            + need.bytes().getOrDefault(entry.getKey(), 0L);
            if (limit != null && wanted > limit) {
                shortage.put(entry.getKey(), wanted - limit);
            }
        }
        return shortage;
    }

    private boolean isFull(Map.Entry<Device, Long> need) {
        var limit = settings.limit(need.getKey());
        return limit != null && account(need.getKey()).held + need.getValue() > limit;
    }

    @SuppressWarnings("WaitNotInLoop") // each caller is the loop
    private void await(CachedModel<?> model, Footprint need, Deadline giveUp) {
        long left = giveUp.remainingNanos();
        if (left <= 0) {
            throw noRoom(model, need);
        }
        try {
            var _ = freed.await(Math.min(left, LOOK_AGAIN_NANOS), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "the load was cancelled", e);
        }
    }

    /// What cannot fit even when everything else is out is refused at once, and nothing goes for
    /// it.
    private void requirePossible(CachedModel<?> model, Footprint need) {
        need.bytes().keySet().forEach(this::account);
        for (var entry : need.bytes().entrySet()) {
            var limit = settings.limit(entry.getKey());
            long pinned = pinned(entry.getKey(), model);
            if (limit != null && entry.getValue() > limit - pinned) {
                throw new ServingException(
                        ErrorCode.CACHE_BUDGET,
                        "%s takes %d bytes of %s memory; the model cache may use %d, of which models that stay hold %d"
                                .formatted(
                                        model.candidate().label(),
                                        entry.getValue(),
                                        entry.getKey(),
                                        limit,
                                        pinned));
            }
        }
    }

    private long pinned(Device device, CachedModel<?> except) {
        return models.stream()
                .filter(model -> model != except && model.stays())
                .mapToLong(model -> model.footprint().bytes().getOrDefault(device, 0L))
                .sum();
    }

    static ServingException noRoom(CachedModel<?> model, Footprint need) {
        return new ServingException(
                ErrorCode.CACHE_BUDGET,
                "%s takes %d bytes; the model cache has no room for it beside the models that are in use or pinned"
                        .formatted(model.candidate().label(), need.total()));
    }

    private Account account(Device device) {
        return accounts.computeIfAbsent(device, _ -> new Account());
    }

    private static final class Account {
        private long held;
        private long retiring;
        private long claimed;
    }
}
