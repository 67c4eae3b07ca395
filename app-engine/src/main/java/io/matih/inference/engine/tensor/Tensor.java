package io.matih.inference.engine.tensor;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// One named, dense, row-major tensor. Immutable: any thread may read it, nobody closes it.
///
/// @param name the input or output name the model declares
/// @param datatype element type, by its Open Inference Protocol name
/// @param shape axis lengths, outermost first; axis 0 counts the batch's rows
/// @param data little-endian elements, exactly `shape.elementCount() * datatype.byteSize()` bytes;
///   for `BYTES` as many length-prefixed elements as the shape counts, and nothing behind them
public record Tensor(String name, Datatype datatype, Shape shape, MemorySegment data) {
    /// How a `BYTES` element's length is written.
    public static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public Tensor {
        if (datatype == Datatype.BYTES) {
            requireElements(name, shape.elementCount(), data);
        } else {
            long expected = Math.multiplyExact(shape.elementCount(), (long) datatype.byteSize());
            if (data.byteSize() != expected) {
                throw new ServingException(
                        ErrorCode.INVALID_SHAPE,
                        "'%s': %s %s takes %d bytes, not %d"
                                .formatted(name, datatype, shape, expected, data.byteSize()));
            }
        }
        data = data.asReadOnly();
    }

    /// A tensor of zeros; of empty elements for `BYTES`.
    ///
    /// @param shape concrete
    public static Tensor zeros(String name, Datatype datatype, Shape shape) {
        int width = datatype == Datatype.BYTES ? Integer.BYTES : datatype.byteSize();
        var bytes =
                new byte[Math.toIntExact(Math.multiplyExact(shape.elementCount(), (long) width))];
        return new Tensor(name, datatype, shape, MemorySegment.ofArray(bytes));
    }

    /// The same with bytes of its own.
    public Tensor copy() {
        return new Tensor(
                name, datatype, shape, MemorySegment.ofArray(data.toArray(ValueLayout.JAVA_BYTE)));
    }

    /// Rows of the batch: the first axis, or 1 for a scalar.
    public long rows() {
        return shape.rank() == 0 ? 1 : shape.axis(0);
    }

    private static void requireElements(String name, long count, MemorySegment data) {
        long offset = 0;
        for (long i = 0; i < count; i++) {
            long length = offset + 4 <= data.byteSize() ? data.get(LENGTH, offset) : -1;
            if (length < 0 || length > data.byteSize() - offset - 4) {
                throw new ServingException(
                        ErrorCode.INVALID_SHAPE,
                        "'%s': BYTES element %d of %d does not fit in %d bytes"
                                .formatted(name, i, count, data.byteSize()));
            }
            offset += 4 + length;
        }
        if (offset != data.byteSize()) {
            throw new ServingException(
                    ErrorCode.INVALID_SHAPE,
                    "'%s': %d bytes left behind its %d BYTES elements"
                            .formatted(name, data.byteSize() - offset, count));
        }
    }
}
