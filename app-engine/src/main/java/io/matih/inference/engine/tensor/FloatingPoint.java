package io.matih.inference.engine.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads floating-point elements whatever their width.
public final class FloatingPoint {
    private static final ValueLayout.OfShort BITS16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt BITS32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong BITS64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private FloatingPoint() {}

    /// The index of the first NaN or infinity; -1 where there is none, or no such type.
    public static long firstNonFinite(Tensor tensor) {
        if (!tensor.datatype().isFloating()) {
            return -1;
        }
        long count = tensor.shape().elementCount();
        for (long i = 0; i < count; i++) {
            if (!isFinite(tensor.datatype(), tensor.data(), i)) {
                return i;
            }
        }
        return -1;
    }

    /// Infinities and NaN are those whose exponent is all ones.
    private static boolean isFinite(Datatype datatype, MemorySegment data, long index) {
        return switch (datatype) {
            case FP16 -> (data.get(BITS16, index * 2) & 0x7C00) != 0x7C00;
            case BF16 -> (data.get(BITS16, index * 2) & 0x7F80) != 0x7F80;
            case FP32 -> (data.get(BITS32, index * 4) & 0x7F800000) != 0x7F800000;
            case FP64 -> (data.get(BITS64, index * 8) & 0x7FF0000000000000L) != 0x7FF0000000000000L;
            default -> true;
        };
    }
}
