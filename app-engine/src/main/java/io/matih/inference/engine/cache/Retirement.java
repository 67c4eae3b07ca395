package io.matih.inference.engine.cache;

import io.matih.inference.engine.cache.CachedModel.Removal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The ways out of memory. Each ends with the memory free and given back to the room; no model is
/// closed while a lease on it is held.
final class Retirement {
    private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

    private final ReentrantLock lock;
    private final EvictionOrder order;
    private final Executor background;

    Retirement(ReentrantLock lock, EvictionOrder order, Executor background) {
        this.lock = lock;
        this.order = order;
        this.background = background;
    }

    /// Takes an idle model out, under the lock; its memory is free a little later.
    ///
    /// @return false where it is in use
    boolean evict(Room room, CachedModel<?> model) {
        var resident = model.peek();
        if (resident == null || !resident.leases().drainIfIdle()) {
            return false;
        }
        order.evicted(model);
        model.meters().evicted();
        var freed = model.detach();
        room.retiring(freed);
        background.execute(() -> release(room, resident, freed));
        return true;
    }

    /// Takes a model out for good. What cannot be stopped keeps its memory for as long as it runs;
    /// nobody waits for that.
    Removal remove(Room room, CachedModel<?> model, Duration drain) {
        awaitLoad(model, drain);
        Resident resident;
        Footprint freed;
        lock.lock();
        try {
            resident = model.peek();
            if (resident == null) {
                return new Removal(0, 0, 0);
            }
            freed = model.detach();
            room.retiring(freed);
        } finally {
            lock.unlock();
        }
        int running = resident.leases().drain();
        if (drained(resident, drain)) {
            release(room, resident, freed);
            return new Removal(running, 0, freed.total());
        }
        int aborted = resident.leases().held();
        resident.cancel();
        Thread.ofVirtual().start(() -> releaseDrained(room, resident, freed));
        return new Removal(running - aborted, aborted, freed.total());
    }

    /// A load that runs ends with the model closed again, since it is marked as removed.
    private void awaitLoad(CachedModel<?> model, Duration limit) {
        CountDownLatch running;
        lock.lock();
        try {
            model.setRemoved();
            var load = model.currentLoad();
            if (load == null) {
                return;
            }
            running = load.done();
        } finally {
            lock.unlock();
        }
        try {
            // Late or not, what follows is the same.
            var _ = running.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean drained(Resident resident, Duration limit) {
        try {
            return resident.leases().awaitDrained(limit);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void releaseDrained(Room room, Resident resident, Footprint freed) {
        try {
            resident.leases().awaitDrained();
            release(room, resident, freed);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void release(Room room, Resident resident, Footprint freed) {
        try {
            resident.close();
        } catch (RuntimeException e) {
            LOG.error("a model could not be closed", e);
        } finally {
            lock.lock();
            try {
                room.retired(freed);
            } finally {
                lock.unlock();
            }
        }
    }
}
