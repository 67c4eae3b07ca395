package io.matih.inference.server.inference;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/// Tensors of random shapes and bits, the odd values among them more often than chance has them.
final class RandomTensors {
    private static final short[] ODD_HALVES = {
        0, (short) 0x8000, 1, 0x03FF, 0x0400, 0x7BFF, 0x7C00, (short) 0xFC00, 0x7E00
    };
    private static final short[] ODD_BRAINS = {
        0, (short) 0x8000, 1, 0x007F, 0x0080, 0x7F7F, 0x7F80, (short) 0xFF80, 0x7FC0
    };
    private static final float[] ODD_FLOATS = {
        0f,
        -0f,
        Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        1e10f,
        0.1f
    };
    private static final double[] ODD_DOUBLES = {
        0d,
        -0d,
        Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        2e-323,
        0.1
    };

    private final Random random;

    RandomTensors(Random random) {
        this.random = random;
    }

    Tensor tensor(Datatype datatype) {
        var shape = shape();
        var data = new ElementBuffer(64);
        for (long i = shape.elementCount(); i > 0; i--) {
            element(datatype, data);
        }
        return new Tensor("x" + random.nextInt(9), datatype, shape, data.toSegment());
    }

    private Shape shape() {
        var axes = new long[random.nextInt(5)];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(4);
        }
        return Shape.of(axes);
    }

    private void element(Datatype datatype, ElementBuffer data) {
        switch (datatype) {
            case BOOL -> data.putByte((byte) random.nextInt(2));
            case UINT8, INT8 -> data.putByte((byte) random.nextInt());
            case UINT16, INT16 -> data.putShort((short) random.nextInt());
            case UINT32, INT32 -> data.putInt(random.nextInt());
            case UINT64, INT64 -> data.putLong(random.nextLong() >> random.nextInt(64));
            case FP16 -> data.putShort(half());
            case BF16 -> data.putShort(brain());
            case FP32 -> data.putInt(Float.floatToIntBits(number()));
            case FP64 -> data.putLong(Double.doubleToLongBits(bigNumber()));
            case BYTES -> {
                var bytes = bytes();
                data.putInt(bytes.length);
                data.putBytes(bytes);
            }
        }
    }

    private short half() {
        short bits = (short) random.nextInt();
        return odd() || Float.isNaN(Float.float16ToFloat(bits))
                ? ODD_HALVES[random.nextInt(ODD_HALVES.length)]
                : bits;
    }

    private short brain() {
        short bits = (short) random.nextInt();
        return odd() || Float.isNaN(Float.intBitsToFloat(bits << 16))
                ? ODD_BRAINS[random.nextInt(ODD_BRAINS.length)]
                : bits;
    }

    private float number() {
        return odd()
                ? ODD_FLOATS[random.nextInt(ODD_FLOATS.length)]
                : Float.intBitsToFloat(random.nextInt());
    }

    private double bigNumber() {
        return odd()
                ? ODD_DOUBLES[random.nextInt(ODD_DOUBLES.length)]
                : Double.longBitsToDouble(random.nextLong());
    }

    private byte[] bytes() {
        if (random.nextBoolean()) {
            var bytes = new byte[random.nextInt(20)];
            random.nextBytes(bytes);
            return bytes;
        }
        var text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            int point = random.nextInt(2 << random.nextInt(20));
            text.appendCodePoint(Character.getType(point) == Character.SURROGATE ? '"' : point);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private boolean odd() {
        return random.nextInt(4) == 0;
    }
}
