package io.matih.inference.server.inference;

import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A tensor's numbers, to compare and to show.
final class Scores {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Tensor tensor;
    private final MemorySegment data;

    /// @param tensor of numbers
    Scores(Tensor tensor) {
        this.tensor = tensor;
        this.data = tensor.data();
    }

    void requireFinite() {
        if (!tensor.datatype().isFloating()) {
            return;
        }
        for (long i = tensor.shape().elementCount() - 1; i >= 0; i--) {
            if (!Double.isFinite(floating(i))) {
                throw TensorElements.nonFinite(tensor.name(), i, text(i));
            }
        }
    }

    /// Smaller, equal or larger; NaN is smaller than everything else.
    int compare(long a, long b) {
        return switch (tensor.datatype()) {
            case UINT64 -> Long.compareUnsigned(integer(a), integer(b));
            case FP16, FP32, FP64, BF16 -> compare(floating(a), floating(b));
            default -> Long.compare(integer(a), integer(b));
        };
    }

    String text(long index) {
        return switch (tensor.datatype()) {
            case UINT64 -> Long.toUnsignedString(integer(index));
            case FP64 -> Double.toString(floating(index));
            case FP16, FP32, BF16 -> Float.toString((float) floating(index));
            default -> Long.toString(integer(index));
        };
    }

    private static int compare(double a, double b) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Boolean.compare(Double.isNaN(b), Double.isNaN(a));
        }
        return Double.compare(a, b);
    }

    private double floating(long index) {
        return switch (tensor.datatype()) {
            case FP32 -> Float.intBitsToFloat(data.get(INT, index * Integer.BYTES));
            case FP64 -> Double.longBitsToDouble(data.get(LONG, index * Long.BYTES));
            default ->
                    SmallFloat.of(tensor.datatype()).toFloat(data.get(SHORT, index * Short.BYTES));
        };
    }

    private long integer(long index) {
        long offset = index * tensor.datatype().byteSize();
        return switch (tensor.datatype()) {
            case UINT8 -> data.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
            case UINT16 -> data.get(SHORT, offset) & 0xFFFF;
            case UINT32 -> Integer.toUnsignedLong(data.get(INT, offset));
            case INT8 -> data.get(ValueLayout.JAVA_BYTE, offset);
            case INT16 -> data.get(SHORT, offset);
            case INT32 -> data.get(INT, offset);
            default -> data.get(LONG, offset);
        };
    }
}
