package io.matih.inference.engine.deadline;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Looks for deadlines that passed. One daemon thread asks everything that is watched every few
/// milliseconds, and sleeps while nothing is under way, so that work pays one volatile read for it
/// and no timer.
public final class DeadlineWatcher implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(5);
    private static final int TICKS_BEFORE_SLEEP = 200;

    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    /// @param name its thread's
    public DeadlineWatcher(String name) {
        thread = Thread.ofPlatform().daemon().name(name).start(this::watch);
    }

    public void add(Watched one) {
        watched.add(one);
    }

    public void remove(Watched one) {
        watched.remove(one);
    }

    /// To be called when something that has a deadline has begun. Either this call sees the watcher
    /// asleep, or the watcher, which says that it sleeps before it looks a last time, sees what has
    /// begun.
    public void wake() {
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    private void watch() {
        int quiet = 0;
        while (!closed) {
            quiet = expireAll() ? 0 : quiet + 1;
            if (quiet < TICKS_BEFORE_SLEEP) {
                LockSupport.parkNanos(this, TICK.toNanos());
            } else {
                sleep();
                quiet = 0;
            }
        }
    }

    private void sleep() {
        asleep = true;
        if (!expireAll() && !closed) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    private boolean expireAll() {
        boolean any = false;
        for (var one : watched) {
            any |= one.expire();
        }
        return any;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /// Something with deadlines of its own.
    @FunctionalInterface
    public interface Watched {
        /// Acts on deadlines that passed.
        ///
        /// @return whether there is one to look at again
        boolean expire();
    }
}
