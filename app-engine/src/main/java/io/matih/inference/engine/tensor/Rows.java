package io.matih.inference.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Tensors taken apart and put together along their first axis.
public final class Rows {
    private Rows() {}

    /// The rows from `first` on, `count` of them, as a view: no element is copied.
    public static Tensor slice(Tensor tensor, long first, long count) {
        var shape = tensor.shape().withAxis(0, count);
        long perRow = tensor.shape().elementsPerRow();
        long start = offsetOf(tensor, first * perRow);
        long end = offsetOf(tensor, (first + count) * perRow);
        return new Tensor(
                tensor.name(), tensor.datatype(), shape, tensor.data().asSlice(start, end - start));
    }

    /// All rows of all parts, in order, in one new tensor. The parts agree on everything but their
    /// number of rows.
    public static Tensor concat(List<Tensor> parts) {
        long rows = parts.stream().mapToLong(Tensor::rows).sum();
        long bytes = parts.stream().mapToLong(part -> part.data().byteSize()).sum();
        var joined = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
        long offset = 0;
        for (var part : parts) {
            MemorySegment.copy(part.data(), 0, joined, offset, part.data().byteSize());
            offset += part.data().byteSize();
        }
        var first = parts.getFirst();
        return new Tensor(first.name(), first.datatype(), first.shape().withAxis(0, rows), joined);
    }

    private static long offsetOf(Tensor tensor, long element) {
        if (tensor.datatype() != Datatype.BYTES) {
            return element * tensor.datatype().byteSize();
        }
        long offset = 0;
        for (long i = 0; i < element; i++) {
            offset += 4 + tensor.data().get(Tensor.LENGTH, offset);
        }
        return offset;
    }
}
