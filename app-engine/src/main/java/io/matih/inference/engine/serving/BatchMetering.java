package io.matih.inference.engine.serving;

import io.matih.inference.engine.batching.BatchListener;
import io.matih.inference.engine.telemetry.BatchEvent;
import io.matih.inference.engine.telemetry.ModelMeters;

/// Counts executions, and records each as an event where somebody records events.
record BatchMetering(ModelMeters meters, Signature signature) implements BatchListener {
    @Override
    public void executed(Executed batch) {
        meters.batch(
                batch.reason().label(),
                batch.rows(),
                batch.oldestQueueNanos(),
                batch.computeNanos());
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
}
