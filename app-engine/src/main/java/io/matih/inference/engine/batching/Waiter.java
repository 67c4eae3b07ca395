package io.matih.inference.engine.batching;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.LockSupport;

/// A thread that sleeps until its request is answered.
final class Waiter implements Completion {
    private final Thread thread = Thread.currentThread();
    private @Nullable Answer answer;
    private @Nullable ServingException failure;
    private volatile boolean done;

    @Override
    public void succeeded(Answer outcome) {
        answer = outcome;
        wake();
    }

    @Override
    public void failed(ServingException outcome) {
        failure = outcome;
        wake();
    }

    private void wake() {
        done = true;
        if (Thread.currentThread() != thread) {
            LockSupport.unpark(thread);
        }
    }

    /// @param giveUp called when the thread is interrupted; leads to a failure, unless the answer
    ///   came first
    Answer await(Runnable giveUp) {
        boolean interrupted = false;
        while (!done) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                interrupted = true;
                giveUp.run();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            // It may have been made for many, on another thread: this one's trace is its own.
            throw new ServingException(
                    failure.code(),
                    failure.getMessage(),
                    failure.details(),
                    failure.retryAfter(),
                    failure);
        }
        if (answer == null) {
            throw new ServingException(ErrorCode.INTERNAL, "answered with nothing");
        }
        return answer;
    }
}
