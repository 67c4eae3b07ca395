package io.matih.inference.engine.serving;

import io.matih.inference.engine.batching.BatchListener;
import io.matih.inference.engine.telemetry.BatchEvent;
import io.matih.inference.engine.telemetry.ModelMeters;

/// Counts executions, and records each as an event where somebody records events. Nothing is
/// counted before `open`: what runs till then is warm-up, and nobody asked for it.
final class BatchMetering implements BatchListener {
    private final ModelMeters meters;
    private final Signature signature;
    private final boolean countsRows;
    private volatile boolean open;

    /// @param countsRows whether the model's first axis counts rows
    BatchMetering(ModelMeters meters, Signature signature, boolean countsRows) {
        this.meters = meters;
        this.signature = signature;
        this.countsRows = countsRows;
    }

    void open() {
        open = true;
    }

    @Override
    public void executed(Executed batch) {
        if (open) {
            count(batch);
        }
        BatchEvent.record(
                signature.model(),
                signature.version(),
                batch.reason().label(),
                batch.requests(),
                batch.rows(),
                batch.oldestQueueNanos(),
                batch.computeNanos(),
                batch.failed());
    }

    private void count(Executed batch) {
        meters.batch(
                batch.reason().label(),
                batch.rows(),
                batch.oldestQueueNanos(),
                batch.computeNanos());
        if (!batch.failed()) {
            meters.counts()
                    .executed(
                            countsRows ? batch.rows() : 1,
                            batch.inputNanos(),
                            batch.computeNanos(),
                            batch.outputNanos());
        }
    }
}
