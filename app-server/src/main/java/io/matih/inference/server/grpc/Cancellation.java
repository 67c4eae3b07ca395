package io.matih.inference.server.grpc;

import java.util.concurrent.atomic.AtomicReference;

/// What stops the work for somebody who may leave at any moment, also before there is any. Any
/// thread.
final class Cancellation {
    private static final Runnable NOTHING = () -> {};
    private static final Runnable CANCELLED = () -> {};

    private final AtomicReference<Runnable> stop = new AtomicReference<>(NOTHING);

    /// What is to be done when he leaves, at once if he has left; replaces what was said before.
    void stopsBy(Runnable action) {
        var before = stop.getAndUpdate(now -> now == CANCELLED ? now : action);
        if (before == CANCELLED) {
            action.run();
        }
    }

    void cancel() {
        stop.getAndSet(CANCELLED).run();
    }
}
