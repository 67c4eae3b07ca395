package io.matih.inference.engine.batching;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Requests that are executed together.
///
/// @param works alike, in the order of their arrival within a priority
/// @param rows of all of them
/// @param padding rows of zeros to be executed with them
/// @param number counts the batches of a batcher
record Batch(
        List<Work> works, int rows, int padding, LeaveReason reason, long leftNanos, long number) {
    Set<String> outputs() {
        return works.getFirst().key().outputs();
    }

    List<List<Tensor>> inputs() {
        if (works.size() == 1) {
            return List.of(works.getFirst().inputs());
        }
        var inputs = new ArrayList<List<Tensor>>(works.size() + 1);
        for (var work : works) {
            inputs.add(work.inputs());
        }
        return inputs;
    }

    /// When the last member stops being wanted.
    Deadline deadline() {
        var last = works.getFirst().deadline();
        for (int i = 1; i < works.size(); i++) {
            var deadline = works.get(i).deadline();
            if (deadline.nanoTime() - last.nanoTime() > 0) {
                last = deadline;
            }
        }
        return last;
    }

    /// Whether nobody waits for any member.
    boolean unwanted() {
        for (var work : works) {
            if (!work.answered()) {
                return false;
            }
        }
        return true;
    }
}
