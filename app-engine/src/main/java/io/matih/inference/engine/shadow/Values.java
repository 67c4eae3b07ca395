package io.matih.inference.engine.shadow;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A tensor's elements, one by one, whatever their type.
final class Values {
    private static final ValueLayout.OfShort BITS16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt BITS32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong BITS64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HIGH_BITS = 16;
    private static final double UNSIGNED_LONG = 0x1p64;

    private final Datatype datatype;
    private final MemorySegment data;
    private final long[] offsets;

    Values(Tensor tensor) {
        datatype = tensor.datatype();
        data = tensor.data();
        offsets = datatype == Datatype.BYTES ? offsets(tensor) : new long[0];
    }

    private static long[] offsets(Tensor tensor) {
        var offsets = new long[Math.toIntExact(tensor.shape().elementCount() + 1)];
        for (int i = 1; i < offsets.length; i++) {
            offsets[i] =
                    offsets[i - 1]
                            + Integer.BYTES
                            + tensor.data().get(Tensor.LENGTH, offsets[i - 1]);
        }
        return offsets;
    }

    boolean isNumeric() {
        return datatype != Datatype.BYTES;
    }

    /// Whether an element has the same bits as another of its type.
    boolean same(Values other, long index) {
        long from = offset(index);
        long end = offset(index + 1);
        long otherFrom = other.offset(index);
        return MemorySegment.mismatch(
                        data, from, end, other.data, otherFrom, other.offset(index + 1))
                < 0;
    }

    private long offset(long index) {
        return datatype == Datatype.BYTES
                ? offsets[Math.toIntExact(index)]
                : index * datatype.byteSize();
    }

    /// An element as a number; not of `BYTES`. Integers above 2⁵³ are rounded.
    double number(long index) {
        return switch (datatype) {
            case BOOL -> data.get(ValueLayout.JAVA_BYTE, index) == 0 ? 0 : 1;
            case UINT8 -> data.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
            case INT8 -> data.get(ValueLayout.JAVA_BYTE, index);
            case UINT16 -> data.get(BITS16, index * Short.BYTES) & 0xFFFF;
            case INT16 -> data.get(BITS16, index * Short.BYTES);
            case UINT32 -> Integer.toUnsignedLong(data.get(BITS32, index * Integer.BYTES));
            case INT32 -> data.get(BITS32, index * Integer.BYTES);
            case UINT64 -> unsigned(data.get(BITS64, index * Long.BYTES));
            case INT64 -> data.get(BITS64, index * Long.BYTES);
            case FP16 -> Float.float16ToFloat(data.get(BITS16, index * Short.BYTES));
            case BF16 -> Float.intBitsToFloat(data.get(BITS16, index * Short.BYTES) << HIGH_BITS);
            case FP32 -> Float.intBitsToFloat(data.get(BITS32, index * Integer.BYTES));
            case FP64 -> Double.longBitsToDouble(data.get(BITS64, index * Long.BYTES));
            case BYTES -> throw new IllegalStateException("BYTES are no numbers");
        };
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : bits + UNSIGNED_LONG;
    }

    /// An element as it is shown and counted: a string where it is one, also for numbers that have
    /// no place in JSON.
    Object shown(long index) {
        return switch (datatype) {
            case BYTES -> text(index);
            case BOOL -> number(index) != 0;
            case INT8, INT16, INT32, UINT8, UINT16, UINT32 -> (long) number(index);
            case INT64 -> data.get(BITS64, index * Long.BYTES);
            case UINT64 -> Long.toUnsignedString(data.get(BITS64, index * Long.BYTES));
            case FP16, BF16, FP32, FP64 -> {
                double number = number(index);
                yield Double.isFinite(number) ? number : Double.toString(number);
            }
        };
    }

    private String text(long index) {
        long from = offset(index) + Integer.BYTES;
        var bytes = data.asSlice(from, offset(index + 1) - from).toArray(ValueLayout.JAVA_BYTE);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
