package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
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
        var cuts = new Cut[outputs.size()];
        for (int i = 0; i < cuts.length; i++) {
            requireRows(outputs.get(i));
            cuts[i] = new Cut(outputs.get(i));
        }
        var answers = new ArrayList<List<Tensor>>(rows.length);
        for (long count : rows) {
            var answer = new Tensor[cuts.length];
            for (int i = 0; i < cuts.length; i++) {
                answer[i] = cuts[i].next(count);
            }
            answers.add(List.of(answer));
        }
        return answers;
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

    /// An output, cut from its first row to its last.
    private static final class Cut {
        private final Tensor output;

        /// Of the last part: most requests bring as many rows as the one before.
        private Shape shape;

        private long offset;

        private Cut(Tensor output) {
            this.output = output;
            this.shape = output.shape();
        }

        private Tensor next(long rows) {
            if (shape.axis(0) != rows) {
                shape = shape.withAxis(0, rows);
            }
            long elements = shape.elementCount();
            long size =
                    output.datatype() == Datatype.BYTES
                            ? sizeOfStrings(output.data(), offset, elements)
                            : elements * output.datatype().byteSize();
            var part = output.data().asSlice(offset, size);
            offset += size;
            return new Tensor(output.name(), output.datatype(), shape, part);
        }
    }

    private static long sizeOfStrings(MemorySegment data, long offset, long elements) {
        long end = offset;
        for (long i = 0; i < elements; i++) {
            end += 4 + data.get(Tensor.LENGTH, end);
        }
        return end - offset;
    }
}
