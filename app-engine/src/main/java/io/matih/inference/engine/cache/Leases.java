package io.matih.inference.engine.cache;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts who uses a loaded model, so that it is never closed in use.
///
/// States: open with n leases → draining with n leases → drained. The count and the draining mark
/// are one word, so a lease is either taken before draining begins or refused; drained follows
/// exactly once, from whoever makes the last step (`drain` at n = 0, or the last `release`).
public final class Leases {
    private static final int DRAINING = Integer.MIN_VALUE;

    private final AtomicInteger state = new AtomicInteger();
    private final CountDownLatch drained = new CountDownLatch(1);

    /// Takes a lease, unless draining has begun.
    public boolean acquire() {
        int seen = state.get();
        while (seen >= 0) {
            int witness = state.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    public void release() {
        if (state.decrementAndGet() == DRAINING) {
            drained.countDown();
        }
    }

    /// Refuses leases from now on.
    ///
    /// @return leases held at that moment
    public int drain() {
        int before = state.getAndUpdate(seen -> seen | DRAINING);
        if (before == 0) {
            drained.countDown();
        }
        return before & ~DRAINING;
    }

    /// Refuses leases from now on, unless one is held.
    ///
    /// @return whether nobody held one, so that it is drained
    public boolean drainIfIdle() {
        if (!state.compareAndSet(0, DRAINING)) {
            return false;
        }
        drained.countDown();
        return true;
    }

    public int held() {
        return state.get() & ~DRAINING;
    }

    /// Waits for as long as it takes.
    public void awaitDrained() throws InterruptedException {
        drained.await();
    }

    /// @return whether the last lease came back in time
    public boolean awaitDrained(Duration limit) throws InterruptedException {
        return drained.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }
}
