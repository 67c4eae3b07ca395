package io.matih.inference.engine.batching;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.backend.ModelInstance.Execution;
import io.matih.inference.engine.batching.BatchListener.Executed;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/// Executes batches on an instance and hands each member its answer. Where a batch of several fails
/// for a reason that may lie in one of them, each is executed by itself, so that only the bad one
/// fails. Whatever happens, every member is answered.
final class BatchRun {
    private static final Logger LOG = LoggerFactory.getLogger(BatchRun.class);

    /// So many batches in a row that fail although each member alone does not show that the model
    /// takes no batches, whatever its signature says.
    private static final int NOT_JOINABLE_AFTER = 3;

    private final String label;
    private final RunCost cost;
    private final BatchListener listener;
    private final Runnable notJoinable;
    private volatile int failedOnlyTogether;

    /// @param notJoinable told that this model should get no batches any more
    BatchRun(String label, RunCost cost, BatchListener listener, Runnable notJoinable) {
        this.label = label;
        this.cost = cost;
        this.listener = listener;
        this.notJoinable = notJoinable;
    }

    /// Executes, without answering anybody yet.
    ///
    /// @return what hands out the answers
    Runnable execute(ModelInstance instance, Batch batch) {
        if (batch.unwanted()) {
            return () -> {};
        }
        try {
            var execution = instance.execute(inputs(batch), batch.outputs(), batch.deadline());
            cost.record(batch.rows() + batch.padding(), execution.computeNanos());
            tell(batch, execution);
            if (batch.works().size() > 1) {
                failedOnlyTogether = 0;
            }
            return () -> answer(batch, execution);
        } catch (Throwable e) { // whatever it was, the members must hear of it
            tell(batch, null);
            var failure = failure(e);
            if (batch.works().size() > 1 && mayBeOneMembersFault(failure.code())) {
                return singly(instance, batch);
            }
            return () -> batch.works().forEach(work -> work.fail(failure));
        }
    }

    private static List<List<Tensor>> inputs(Batch batch) {
        var inputs = batch.inputs();
        if (batch.padding() == 0) {
            return inputs;
        }
        var padded = new ArrayList<>(inputs);
        padded.add(
                inputs.getFirst().stream()
                        .map(
                                like ->
                                        Tensor.zeros(
                                                like.name(),
                                                like.datatype(),
                                                like.shape().withAxis(0, batch.padding())))
                        .toList());
        return padded;
    }

    private static boolean mayBeOneMembersFault(ErrorCode code) {
        return switch (code) {
            case INFERENCE_FAILED, OUTPUT_TOO_LARGE, RESOURCE_LIMIT, INTERNAL -> true;
            default -> false;
        };
    }

    private Runnable singly(ModelInstance instance, Batch batch) {
        var answers = new ArrayList<Runnable>(batch.works().size());
        int failed = 0;
        for (var work : batch.works()) {
            if (work.answered()) {
                continue;
            }
            try {
                var execution =
                        instance.execute(List.of(work.inputs()), batch.outputs(), work.deadline());
                cost.record(work.rows(), execution.computeNanos());
                tell(
                        1,
                        work.rows(),
                        LeaveReason.SINGLE,
                        batch.leftNanos() - work.queuedNanos(),
                        execution);
                answers.add(
                        () ->
                                work.succeed(
                                        answer(
                                                execution,
                                                0,
                                                work,
                                                batch.leftNanos(),
                                                work.rows(),
                                                LeaveReason.SINGLE)));
            } catch (Throwable e) { // as above
                failed++;
                var failure = failure(e);
                answers.add(() -> work.fail(failure));
            }
        }
        noteSingles(failed);
        return () -> answers.forEach(Runnable::run);
    }

    private void noteSingles(int failed) {
        int inARow = failed == 0 ? failedOnlyTogether + 1 : 0;
        failedOnlyTogether = inARow;
        if (inARow == NOT_JOINABLE_AFTER) {
            LOG.warn(
                    "{} fails on every batch but not on the same requests one by one; from now on each is executed alone. Deploy it with max_batch_size 0",
                    label);
            notJoinable.run();
        }
    }

    private static void answer(Batch batch, Execution execution) {
        for (int i = 0; i < batch.works().size(); i++) {
            var work = batch.works().get(i);
            work.succeed(
                    answer(execution, i, work, batch.leftNanos(), batch.rows(), batch.reason()));
        }
    }

    private static Answer answer(
            Execution execution,
            int index,
            Work work,
            long leftNanos,
            int rows,
            LeaveReason reason) {
        return new Answer(
                execution.outputs().get(index),
                leftNanos - work.queuedNanos(),
                execution.inputNanos(),
                execution.computeNanos(),
                execution.outputNanos(),
                rows,
                reason);
    }

    private void tell(Batch batch, @Nullable Execution execution) {
        long waited = 0;
        for (var work : batch.works()) {
            waited = Math.max(waited, batch.leftNanos() - work.queuedNanos());
        }
        tell(batch.works().size(), batch.rows(), batch.reason(), waited, execution);
    }

    /// @param execution absent where it failed
    private void tell(
            int requests,
            int rows,
            LeaveReason reason,
            long waitedNanos,
            @Nullable Execution execution) {
        listener.executed(
                execution == null
                        ? new Executed(requests, rows, reason, waitedNanos, 0, 0, 0, true)
                        : new Executed(
                                requests,
                                rows,
                                reason,
                                waitedNanos,
                                execution.inputNanos(),
                                execution.computeNanos(),
                                execution.outputNanos(),
                                false));
    }

    static ServingException late(String label, String when) {
        return new ServingException(
                ErrorCode.DEADLINE, "%s: the request's timeout passed %s".formatted(label, when));
    }

    private ServingException failure(Throwable e) {
        if (e instanceof ServingException known) {
            // An instance does not know whose deadline it was given.
            return known.code() == ErrorCode.DEADLINE ? late(label, "while the model ran") : known;
        }
        LOG.error("{} failed", label, e);
        return new ServingException(ErrorCode.INTERNAL, label + " failed", e);
    }
}
