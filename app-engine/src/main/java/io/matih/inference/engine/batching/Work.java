package io.matih.inference.engine.batching;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// One request on its way through a batcher. It is answered exactly once: by the batch that it left
/// in, or before that by whoever finds its deadline passed or is told that nobody wants it any
/// more.
public final class Work {
    private static final Logger LOG = LoggerFactory.getLogger(Work.class);

    private final List<Tensor> inputs;
    private final int rows;
    private final int priority;
    private final Deadline deadline;
    private final boolean patient;
    private final BatchKey key;
    private final Completion completion;
    private final AtomicBoolean answered = new AtomicBoolean();

    /// Set once, before the batcher's lock is released for the first time.
    private long queuedNanos;

    private long queueLimitNanos = Long.MAX_VALUE;
    private volatile @Nullable Batch batch;

    /// @param inputs checked against the model, all with the same number of rows
    /// @param outputs names wanted; empty for all
    /// @param priority from 1, the highest, on
    /// @param patient whether the client itself said how long it waits
    public Work(
            List<Tensor> inputs,
            Set<String> outputs,
            int priority,
            Deadline deadline,
            boolean patient,
            Completion completion) {
        this.inputs = inputs;
        this.rows = inputs.isEmpty() ? 1 : Math.toIntExact(inputs.getFirst().rows());
        this.priority = priority;
        this.deadline = deadline;
        this.patient = patient;
        this.completion = completion;
        key = BatchKey.of(inputs, outputs);
    }

    void queued(long nowNanos, long limitNanos) {
        queuedNanos = nowNanos;
        queueLimitNanos = limitNanos;
    }

    void left(Batch with) {
        batch = with;
    }

    List<Tensor> inputs() {
        return inputs;
    }

    int rows() {
        return rows;
    }

    int priority() {
        return priority;
    }

    Deadline deadline() {
        return deadline;
    }

    boolean patient() {
        return patient;
    }

    BatchKey key() {
        return key;
    }

    long queuedNanos() {
        return queuedNanos;
    }

    /// When its queue's policy ends its waiting, on the batcher's clock.
    long queueLimitNanos() {
        return queueLimitNanos;
    }

    /// It waits no longer under its queue's timeout, only until its own deadline.
    void waitsOn() {
        queueLimitNanos = Long.MAX_VALUE;
    }

    @Nullable Batch batch() {
        return batch;
    }

    boolean answered() {
        return answered.get();
    }

    void succeed(Answer answer) {
        if (answered.compareAndSet(false, true)) {
            tell(() -> completion.succeeded(answer));
        }
    }

    /// @return whether it was this call that answered
    boolean fail(ServingException failure) {
        boolean first = answered.compareAndSet(false, true);
        if (first) {
            tell(() -> completion.failed(failure));
        }
        return first;
    }

    /// The thread is an instance's or serves others too: it must outlive whoever waits.
    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) { // whatever it was
            LOG.error("an answer could not be handed over", e);
        }
    }
}
