package io.matih.inference.engine.telemetry;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// One execution of a batch, as an event of JDK Flight Recorder: nothing where no recording runs.
@Name("io.matih.inference.Batch")
@Label("Batch")
@Category("MATIH Inference")
@Description("An execution of a batch of requests on a model instance")
@StackTrace(false)
@SuppressWarnings("unused") // the recorder reads the fields
public final class BatchEvent extends Event {
    @Label("Model")
    private String model = "";

    @Label("Version")
    private int version;

    @Label("Leave reason")
    private String reason = "";

    @Label("Requests")
    private int requests;

    @Label("Rows")
    private int rows;

    @Label("Longest wait")
    @Timespan(Timespan.NANOSECONDS)
    private long queued;

    @Label("Compute")
    @Timespan(Timespan.NANOSECONDS)
    private long compute;

    @Label("Failed")
    private boolean failed;

    private BatchEvent() {}

    public static void record(
            String model,
            int version,
            String reason,
            int requests,
            int rows,
            long queuedNanos,
            long computeNanos,
            boolean failed) {
        var event = new BatchEvent();
        if (event.shouldCommit()) {
            event.model = model;
            event.version = version;
            event.reason = reason;
            event.requests = requests;
            event.rows = rows;
            event.queued = queuedNanos;
            event.compute = computeNanos;
            event.failed = failed;
            event.commit();
        }
    }
}
