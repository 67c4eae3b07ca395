package io.matih.inference.server.grpc;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.ReentrantLock;

/// What stops the work for somebody who may leave at any moment, also before there is any. Any
/// thread.
final class Cancellation {
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Runnable stop;
    private boolean cancelled;

    /// What is to be done when he leaves, at once if he has left; replaces what was said before.
    void stopsBy(Runnable action) {
        lock.lock();
        try {
            stop = action;
            if (!cancelled) {
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }

    void cancel() {
        Runnable action;
        lock.lock();
        try {
            action = cancelled ? null : stop;
            cancelled = true;
        } finally {
            lock.unlock();
        }
        if (action != null) {
            action.run();
        }
    }
}
