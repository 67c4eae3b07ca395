package io.matih.inference.engine.cache;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Performs loads: room is made, the model is loaded, what it really takes is settled, and all who
/// wait for it have it.
final class Loader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Loader.class);
    private static final int LOADERS = 2;
    private static final int ATTEMPTS = 3;

    private final ReentrantLock lock;
    private final Room room;
    private final EvictionOrder order;
    private final LongSupplier clock;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(
                    LOADERS, Thread.ofPlatform().daemon().name("model loader ", 0).factory());

    Loader(ReentrantLock lock, Room room, EvictionOrder order, LongSupplier nanoClock) {
        this.lock = lock;
        this.room = room;
        this.order = order;
        this.clock = nanoClock;
    }

    /// The thread of one load: whatever happens, the load ends.
    <R extends Resident> void perform(CachedModel<R> model, Load<R> load) {
        try {
            for (int attempt = 1; !attempt(model, load, attempt == ATTEMPTS); attempt++) {
                load.step("waiting for more room");
            }
        } catch (ServingException e) {
            fail(model, load, e);
        } catch (Throwable e) { // a thread's top: whoever waits must hear of it
            LOG.error("{} could not be loaded", model.candidate().label(), e);
            fail(
                    model,
                    load,
                    new ServingException(
                            ErrorCode.INTERNAL,
                            model.candidate().label() + " could not be loaded",
                            e));
        }
    }

    /// @return false where the model turned out to take more than there is room for at the moment;
    ///   the next attempt knows how much
    private <R extends Resident> boolean attempt(CachedModel<R> model, Load<R> load, boolean last) {
        var admitted = admit(model, load);
        var timed = load(model, load, admitted);
        return publish(model, load, admitted, timed.resident, timed.nanos, last);
    }

    private <R extends Resident> Footprint admit(CachedModel<R> model, Load<R> load) {
        lock.lock();
        try {
            var admitted = model.expected();
            room.admit(model, admitted, load);
            return admitted;
        } finally {
            lock.unlock();
        }
    }

    private <R extends Resident> Timed<R> load(
            CachedModel<R> model, Load<R> load, Footprint admitted) {
        try {
            return CompletableFuture.supplyAsync(() -> timed(model, load), threads).join();
        } catch (RuntimeException e) {
            release(admitted);
            throw e instanceof CompletionException
                            && e.getCause() instanceof ServingException failure
                    ? failure
                    : e;
        }
    }

    /// The wait for a thread is no cost of the model's.
    private <R extends Resident> Timed<R> timed(CachedModel<R> model, Load<R> load) {
        long begun = clock.getAsLong();
        var loaded = model.candidate().source().load(load::step);
        return new Timed<>(loaded, clock.getAsLong() - begun);
    }

    private <R extends Resident> boolean publish(
            CachedModel<R> model,
            Load<R> load,
            Footprint admitted,
            R loaded,
            long nanos,
            boolean last) {
        var taken = loaded.footprint();
        lock.lock();
        try {
            model.expect(taken);
            boolean fits = room.settle(model, admitted, taken, load);
            if (model.removed()) {
                throw new ServingException(
                        ErrorCode.MODEL_NOT_READY, model.candidate().label() + " was undeployed");
            }
            if (fits) {
                model.publish(load, loaded, nanos);
                order.loaded(model);
            } else if (last) {
                throw Room.noRoom(model, taken);
            } else {
                discard(loaded, taken);
            }
            return fits;
        } catch (ServingException e) {
            discard(loaded, taken);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Without the lock: closing takes its time.
    private <R extends Resident> void discard(R loaded, Footprint taken) {
        lock.unlock();
        try {
            loaded.close();
        } finally {
            lock.lock();
            room.release(taken);
        }
    }

    private void release(Footprint admitted) {
        lock.lock();
        try {
            room.release(admitted);
        } finally {
            lock.unlock();
        }
    }

    private <R extends Resident> void fail(
            CachedModel<R> model, Load<R> load, ServingException failure) {
        lock.lock();
        try {
            boolean onlyNoRoom = failure.code() == ErrorCode.CACHE_BUDGET && !load.mayEvict();
            model.fail(
                    load,
                    failure,
                    onlyNoRoom
                            ? model.backoff()
                            : Backoff.after(model.backoff(), failure, clock.getAsLong()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private record Timed<R>(R resident, long nanos) {}
}
