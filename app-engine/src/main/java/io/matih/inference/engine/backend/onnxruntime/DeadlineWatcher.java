package io.matih.inference.engine.backend.onnxruntime;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Stops executions whose deadline passed. One daemon thread looks at all instances every few
/// milliseconds and sleeps while nothing runs, so that an execution pays one volatile read for it
/// and no timer.
final class DeadlineWatcher implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(10);
    private static final int TICKS_BEFORE_SLEEP = 100;

    private final Set<CurrentRun> runs = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    DeadlineWatcher() {
        thread = Thread.ofPlatform().daemon().name("onnxruntime-deadlines").start(this::watch);
    }

    void add(CurrentRun run) {
        runs.add(run);
    }

    void remove(CurrentRun run) {
        runs.remove(run);
    }

    /// To be called when an execution has begun. Either this call sees the watcher asleep, or the
    /// watcher, which says that it sleeps before it looks a last time, sees the execution.
    void wake() {
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
        for (var run : runs) {
            any |= run.expire();
        }
        return any;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
