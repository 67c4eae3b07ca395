package io.matih.inference.server.http;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Counts the requests being served and, once the drain has begun, lets no new one in.
final class InFlight {
    private static final Duration RETRY_AFTER_RESTART = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private int serving;
    private boolean draining;

    /// @throws ServingException `SHUTTING_DOWN`
    void enter() {
        if (!tryEnter()) {
            throw new ServingException(ErrorCode.SHUTTING_DOWN, "the server is shutting down")
                    .withRetryAfter(RETRY_AFTER_RESTART);
        }
    }

    /// @return false once the drain has begun
    boolean tryEnter() {
        lock.lock();
        try {
            serving += draining ? 0 : 1;
            return !draining;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            if (--serving == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    int serving() {
        lock.lock();
        try {
            return serving;
        } finally {
            lock.unlock();
        }
    }

    void drain() {
        lock.lock();
        try {
            draining = true;
        } finally {
            lock.unlock();
        }
    }

    boolean draining() {
        lock.lock();
        try {
            return draining;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the last request; false if some were still being served at the end of the time.
    boolean awaitEmpty(Duration time) throws InterruptedException {
        long nanos = time.toNanos();
        lock.lock();
        try {
            while (serving > 0 && nanos > 0) {
                nanos = empty.awaitNanos(nanos);
            }
            return serving == 0;
        } finally {
            lock.unlock();
        }
    }
}
