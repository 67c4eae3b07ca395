package io.matih.inference.engine.serving;

import io.matih.inference.engine.batching.Answer;
import io.matih.inference.engine.batching.DynamicBatcher;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Rows;
import io.matih.inference.engine.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A request of more rows than one batch holds is executed in slices, one after the other, so that
/// others get their turn between them, and answered whole.
///
/// @param sliceRows 0 where the first axis counts no rows
record SlicedInference(
        DynamicBatcher batcher, int sliceRows, int priority, Deadline deadline, boolean patient) {
    Answer run(List<Tensor> inputs, Set<String> outputs) {
        long rows = inputs.isEmpty() ? 1 : inputs.getFirst().rows();
        if (sliceRows == 0 || rows <= sliceRows) {
            return execute(inputs, outputs);
        }
        var slices = new ArrayList<Answer>();
        for (long first = 0; first < rows; first += sliceRows) {
            long from = first;
            long count = Math.min(sliceRows, rows - first);
            var slice = inputs.stream().map(tensor -> Rows.slice(tensor, from, count)).toList();
            var answer = execute(slice, outputs);
            requireRows(answer.outputs(), count);
            slices.add(answer);
        }
        return joined(slices);
    }

    private Answer execute(List<Tensor> inputs, Set<String> outputs) {
        return batcher.execute(inputs, outputs, priority, deadline, patient);
    }

    private static void requireRows(List<Tensor> outputs, long rows) {
        for (var output : outputs) {
            if (output.shape().rank() == 0 || output.rows() != rows) {
                throw new ServingException(
                        ErrorCode.INFERENCE_FAILED,
                        "output '%s' came back as %s for %d rows, so this model's first axis is no batch; deploy it with max_batch_size 0"
                                .formatted(
                                        ServingException.clip(output.name()),
                                        output.shape(),
                                        rows));
            }
        }
    }

    private static Answer joined(List<Answer> slices) {
        var outputs = new ArrayList<Tensor>();
        for (int i = 0; i < slices.getFirst().outputs().size(); i++) {
            int output = i;
            outputs.add(Rows.concat(slices.stream().map(s -> s.outputs().get(output)).toList()));
        }
        var last = slices.getLast();
        return new Answer(
                outputs,
                slices.stream().mapToLong(Answer::queueNanos).sum(),
                slices.stream().mapToLong(Answer::inputNanos).sum(),
                slices.stream().mapToLong(Answer::computeNanos).sum(),
                slices.stream().mapToLong(Answer::outputNanos).sum(),
                last.batchRows(),
                last.reason());
    }
}
