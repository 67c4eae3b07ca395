package io.matih.inference.server.http;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// The bytes of bodies and messages that all requests together hold in memory. Any thread.
public final class HeldBytes {
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final long limit;
    private final AtomicLong held = new AtomicLong();

    public HeldBytes(long limit) {
        this.limit = limit;
    }

    /// Refuses, before anything of it is read, a body for which there is no room.
    ///
    /// @throws ServingException `OVERLOADED`
    void requireRoomFor(long bytes) {
        if (bytes > limit - held.get()) {
            throw refusal();
        }
    }

    /// @throws ServingException `OVERLOADED`; nothing is taken then
    public void take(long bytes) {
        if (!tryTake(bytes)) {
            throw refusal();
        }
    }

    /// @return false where there is no room; nothing is taken then
    boolean tryTake(long bytes) {
        if (held.addAndGet(bytes) <= limit) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    public void giveBack(long bytes) {
        held.addAndGet(-bytes);
    }

    private ServingException refusal() {
        return new ServingException(
                        ErrorCode.OVERLOADED,
                        "the server holds request bodies of %d bytes and takes no more than %d"
                                .formatted(held.get(), limit))
                .withRetryAfter(RETRY);
    }
}
