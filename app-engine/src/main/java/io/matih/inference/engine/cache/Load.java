package io.matih.inference.engine.cache;

import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CountDownLatch;

/// One attempt to bring a model into memory, and who waits for it. The cache's lock guards it.
final class Load<R> {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile String step = "waiting for room";
    private boolean mayEvict;
    private int waiters;
    private @Nullable R loaded;
    private @Nullable ServingException failure;

    Load(boolean mayEvict) {
        this.mayEvict = mayEvict;
    }

    /// Somebody asks for the model, so others may have to go for it.
    void want() {
        mayEvict = true;
    }

    boolean mayEvict() {
        return mayEvict;
    }

    /// A request waits; it is given a lease with the model.
    void addWaiter() {
        waiters++;
    }

    void removeWaiter() {
        waiters--;
    }

    int waiters() {
        return waiters;
    }

    void succeeded(R resident) {
        loaded = resident;
        done.countDown();
    }

    void failed(ServingException cause) {
        failure = cause;
        done.countDown();
    }

    @Nullable R loaded() {
        return loaded;
    }

    @Nullable ServingException failure() {
        return failure;
    }

    CountDownLatch done() {
        return done;
    }

    void step(String doing) {
        step = doing;
    }

    String step() {
        return step;
    }
}
