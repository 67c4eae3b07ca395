package io.matih.inference.engine.batching;

import io.matih.inference.engine.backend.ModelInstance;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.Condition;

/// One instance of a model, and what it executes now.
final class Slot {
    private final ModelInstance instance;

    /// Wakes the instance's own thread.
    private final Condition wake;

    /// What the instance's own thread shall execute next. Guarded by the batcher's lock.
    private @Nullable Batch assigned;

    private volatile @Nullable Batch current;

    Slot(ModelInstance instance, Condition wake) {
        this.instance = instance;
        this.wake = wake;
    }

    ModelInstance instance() {
        return instance;
    }

    Condition wake() {
        return wake;
    }

    void assign(Batch batch) {
        assigned = batch;
        wake.signal();
    }

    @Nullable Batch takeAssigned() {
        var batch = assigned;
        assigned = null;
        return batch;
    }

    synchronized void begin(Batch batch) {
        current = batch;
    }

    synchronized void end() {
        current = null;
    }

    @Nullable Batch current() {
        return current;
    }

    /// Stops the batch, if it is the one that runs: a stop meant for one never hits the next.
    synchronized void cancel(Batch batch) {
        var running = current;
        if (running != null && running.number() == batch.number()) {
            instance.cancel();
        }
    }

    /// Stops whatever runs.
    synchronized void cancelCurrent() {
        if (current != null) {
            instance.cancel();
        }
    }
}
