package io.matih.inference.engine.serving;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Tensors for tests.
public final class Tensors {
    private static final ValueLayout.OfFloat FP32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong INT64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Tensors() {}

    public static Tensor fp32(String name, long[] shape, float... values) {
        var data = MemorySegment.ofArray(new byte[values.length * 4]);
        for (int i = 0; i < values.length; i++) {
            data.set(FP32, i * 4L, values[i]);
        }
        return new Tensor(name, Datatype.FP32, Shape.of(shape), data);
    }

    public static Tensor int64(String name, long[] shape, long... values) {
        var data = MemorySegment.ofArray(new byte[values.length * 8]);
        for (int i = 0; i < values.length; i++) {
            data.set(INT64, i * 8L, values[i]);
        }
        return new Tensor(name, Datatype.INT64, Shape.of(shape), data);
    }

    public static Tensor bytes(String name, long[] shape, String... values) {
        var parts = new ArrayList<byte[]>();
        int size = 0;
        for (var value : values) {
            parts.add(value.getBytes(StandardCharsets.UTF_8));
            size += 4 + parts.getLast().length;
        }
        var data = MemorySegment.ofArray(new byte[size]);
        long offset = 0;
        for (var part : parts) {
            data.set(Tensor.LENGTH, offset, part.length);
            MemorySegment.copy(MemorySegment.ofArray(part), 0, data, offset + 4, part.length);
            offset += 4 + part.length;
        }
        return new Tensor(name, Datatype.BYTES, Shape.of(shape), data);
    }

    public static List<Float> floats(Tensor tensor) {
        var values = new ArrayList<Float>();
        for (long i = 0; i < tensor.shape().elementCount(); i++) {
            values.add(tensor.data().get(FP32, i * 4));
        }
        return values;
    }
}
