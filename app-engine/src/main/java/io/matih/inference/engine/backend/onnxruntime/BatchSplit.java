package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Gives each request its rows of a batch's outputs; the parts are views, nothing is copied.
final class BatchSplit {
    private final long[] rows;
    private final long total;

    BatchSplit(long[] rows) {
        this.rows = rows;
        this.total = Arrays.stream(rows).sum();
    }

    List<List<Tensor>> split(List<Tensor> outputs) {
        var answers = new ArrayList<List<Tensor>>(rows.length);
        for (int i = 0; i < rows.length; i++) {
            answers.add(new ArrayList<>(outputs.size()));
        }
        for (var output : outputs) {
            requireRows(output);
            long offset = 0;
            for (int i = 0; i < rows.length; i++) {
                var shape = output.shape().withAxis(0, rows[i]);
                long size = size(output, offset, shape.elementCount());
                answers.get(i).add(part(output, rows[i], offset, size));
                offset += size;
            }
        }
        return answers;
    }

    private static Tensor part(Tensor output, long rows, long offset, long size) {
        return new Tensor(
                output.name(),
                output.datatype(),
                output.shape().withAxis(0, rows),
                output.data().asSlice(offset, size));
    }

    private static long size(Tensor output, long offset, long elements) {
        return output.datatype() == Datatype.BYTES
                ? sizeOfStrings(output.data(), offset, elements)
                : elements * output.datatype().byteSize();
    }

    private static long sizeOfStrings(MemorySegment data, long offset, long elements) {
        long end = offset;
        for (long i = 0; i < elements; i++) {
            end += 4 + data.get(Tensor.LENGTH, end);
        }
        return end - offset;
    }

    private void requireRows(Tensor output) {
        if (output.shape().rank() == 0 || output.shape().axis(0) != total) {
            throw new ServingException(
                    ErrorCode.INFERENCE_FAILED,
                    ("output '%s' has shape %s for a batch of %d rows: the model does not keep its"
                                    + " rows apart; set max_batch_size to 0")
                            .formatted(
                                    ServingException.clip(output.name()), output.shape(), total));
        }
    }
}
