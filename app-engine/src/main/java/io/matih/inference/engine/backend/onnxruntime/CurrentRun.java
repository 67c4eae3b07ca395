package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher.Watched;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

/// The execution that an instance runs now, if any, and the way to stop it.
///
/// Executions share their run options until one is stopped; those options are not used again. A
/// stop reaches them only under this object's lock, between `begin` and `end`: so a stop that was
/// meant for one execution can neither hit the next nor touch options that are freed already.
final class CurrentRun implements Watched {
    private @Nullable RunOptions options;
    private @Nullable ErrorCode stopped;
    private @Nullable Deadline deadline;
    private boolean retired;
    private volatile boolean running;

    /// @return the options to run with
    synchronized RunOptions begin(Deadline until) throws OrtException {
        if (retired) {
            throw new ServingException(ErrorCode.MODEL_NOT_READY, "The model was unloaded");
        }
        if (running) {
            throw new IllegalStateException("an instance executes once at a time");
        }
        if (until.passed()) {
            throw stop(ErrorCode.DEADLINE);
        }
        if (options == null) {
            options = new RunOptions();
        }
        stopped = null;
        deadline = until;
        running = true;
        return options;
    }

    synchronized void end() {
        running = false;
        if (stopped != null) {
            free();
        }
    }

    private void free() {
        if (options != null) {
            options.close();
            options = null;
        }
    }

    synchronized void cancel() {
        terminate(ErrorCode.CANCELLED);
    }

    /// Stops the execution if its deadline passed.
    ///
    /// @return whether there is one to look at again
    @Override
    public boolean expire() {
        if (!running) {
            return false;
        }
        synchronized (this) {
            if (deadline != null && deadline.passed()) {
                terminate(ErrorCode.DEADLINE);
            }
        }
        return true;
    }

    /// Why the current execution was stopped.
    synchronized @Nullable ServingException stopped() {
        return stopped == null ? null : stop(stopped);
    }

    /// From here on nothing begins.
    synchronized void retire() {
        if (running) {
            throw new IllegalStateException("closed while it executes");
        }
        retired = true;
        free();
    }

    private void terminate(ErrorCode why) {
        if (!running || options == null || stopped != null) {
            return;
        }
        try {
            options.setTerminate(true);
            stopped = why;
        } catch (OrtException e) {
            throw new ServingException(ErrorCode.INTERNAL, "The execution cannot be stopped", e);
        }
    }

    private static ServingException stop(ErrorCode why) {
        return new ServingException(
                why,
                why == ErrorCode.DEADLINE
                        ? "The deadline passed before the model had its answer"
                        : "The execution was cancelled");
    }
}
