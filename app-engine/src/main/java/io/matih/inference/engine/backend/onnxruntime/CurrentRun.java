package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

/// The execution that an instance runs now, if any, and the way to stop it.
///
/// Each execution has run options of its own, and they are reached only under this object's lock,
/// between `begin` and `end`: so a stop that was meant for one execution can neither hit the next
/// nor touch options that are freed already.
final class CurrentRun {
    private static final String SHRINK = "memory.enable_memory_arena_shrinkage";

    private @Nullable RunOptions options;
    private @Nullable ErrorCode stopped;
    private @Nullable Deadline deadline;
    private boolean retired;
    private volatile boolean running;

    /// @param shrinkOn device whose arena gives back unused memory after this run; absent: none
    synchronized RunOptions begin(Deadline until, @Nullable String shrinkOn) throws OrtException {
        if (retired) {
            throw new ServingException(ErrorCode.MODEL_NOT_READY, "The model was unloaded");
        }
        if (running) {
            throw new IllegalStateException("an instance executes once at a time");
        }
        if (until.passed()) {
            throw stop(ErrorCode.DEADLINE);
        }
        var fresh = new RunOptions();
        if (shrinkOn != null) {
            fresh.addRunConfigEntry(SHRINK, shrinkOn);
        }
        options = fresh;
        stopped = null;
        deadline = until;
        running = true;
        return fresh;
    }

    synchronized void end() {
        running = false;
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
    boolean expire() {
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
    }

    private void terminate(ErrorCode why) {
        if (options == null || stopped != null) {
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
