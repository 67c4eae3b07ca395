package io.matih.inference.engine.zoo;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Tensors from plain Java values and back, for tests.
public final class Tensors {
    private Tensors() {}

    public static Tensor floats(String name, Shape shape, float... values) {
        var bytes = littleEndian(4 * values.length);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return new Tensor(name, Datatype.FP32, shape, MemorySegment.ofBuffer(bytes.rewind()));
    }

    public static Tensor longs(String name, Shape shape, long... values) {
        var bytes = littleEndian(8 * values.length);
        for (long value : values) {
            bytes.putLong(value);
        }
        return new Tensor(name, Datatype.INT64, shape, MemorySegment.ofBuffer(bytes.rewind()));
    }

    public static Tensor strings(String name, Shape shape, String... values) {
        return blobs(
                name,
                shape,
                Arrays.stream(values)
                        .map(value -> value.getBytes(StandardCharsets.UTF_8))
                        .toArray(byte[][]::new));
    }

    public static Tensor blobs(String name, Shape shape, byte[]... values) {
        var bytes = new ByteArrayOutputStream();
        for (var value : values) {
            bytes.writeBytes(littleEndian(4).putInt(value.length).array());
            bytes.writeBytes(value);
        }
        return new Tensor(name, Datatype.BYTES, shape, MemorySegment.ofArray(bytes.toByteArray()));
    }

    /// @param values numbers (`Number`, or `"NaN"` and such), `Boolean`s or `String`s
    public static Tensor of(String name, Datatype datatype, Shape shape, List<Object> values) {
        if (datatype == Datatype.BYTES) {
            return strings(name, shape, values.stream().map(String.class::cast).toArray(String[]::new));
        }
        var bytes = littleEndian(datatype.byteSize() * values.size());
        values.forEach(value -> put(bytes, datatype, value));
        return new Tensor(name, datatype, shape, MemorySegment.ofBuffer(bytes.rewind()));
    }

    private static void put(ByteBuffer bytes, Datatype datatype, Object value) {
        switch (datatype) {
            case BOOL -> bytes.put((byte) (value.equals(true) ? 1 : 0));
            case UINT8, INT8 -> bytes.put(integer(value).byteValue());
            case UINT16, INT16 -> bytes.putShort(integer(value).shortValue());
            case UINT32, INT32 -> bytes.putInt(integer(value).intValue());
            case UINT64, INT64 -> bytes.putLong(integer(value).longValue());
            case FP16 -> bytes.putShort(Float.floatToFloat16(Float.parseFloat(value.toString())));
            case BF16 ->
                    bytes.putShort(
                            (short)
                                    (Float.floatToRawIntBits(Float.parseFloat(value.toString()))
                                            >>> 16));
            case FP32 -> bytes.putFloat(Float.parseFloat(value.toString()));
            case FP64 -> bytes.putDouble(Double.parseDouble(value.toString()));
            case BYTES -> throw new IllegalArgumentException();
        }
    }

    private static BigInteger integer(Object value) {
        return new BigDecimal(value.toString()).toBigIntegerExact();
    }

    /// The elements: `Double` for floating types, `BigInteger` for integers, `Boolean`, `String`.
    public static List<Object> values(Tensor tensor) {
        var values = new ArrayList<Object>();
        var bytes = tensor.data().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            values.add(next(bytes, tensor.datatype()));
        }
        return values;
    }

    private static Object next(ByteBuffer bytes, Datatype datatype) {
        return switch (datatype) {
            case BOOL -> bytes.get() != 0;
            case INT8 -> BigInteger.valueOf(bytes.get());
            case UINT8 -> BigInteger.valueOf(Byte.toUnsignedInt(bytes.get()));
            case INT16 -> BigInteger.valueOf(bytes.getShort());
            case UINT16 -> BigInteger.valueOf(Short.toUnsignedInt(bytes.getShort()));
            case INT32 -> BigInteger.valueOf(bytes.getInt());
            case UINT32 -> BigInteger.valueOf(Integer.toUnsignedLong(bytes.getInt()));
            case INT64 -> BigInteger.valueOf(bytes.getLong());
            case UINT64 -> new BigInteger(Long.toUnsignedString(bytes.getLong()));
            case FP16 -> (double) Float.float16ToFloat(bytes.getShort());
            case BF16 -> (double) Float.intBitsToFloat(bytes.getShort() << 16);
            case FP32 -> (double) bytes.getFloat();
            case FP64 -> bytes.getDouble();
            case BYTES -> {
                var text = new byte[bytes.getInt()];
                bytes.get(text);
                yield new String(text, StandardCharsets.UTF_8);
            }
        };
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
