package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;

/// Tensors in the binary form of the Open Inference Protocol, by whatever way they come: elements
/// in row-major order, little-endian, without padding; `BOOL` a byte of 0 or 1; each element of
/// `BYTES` behind its length in four bytes. Nothing is copied. Any thread.
public final class BinaryTensors {
    /// Every bit of eight `BOOL` bytes that must be 0.
    private static final long NO_BOOL = 0xFEFE_FEFE_FEFE_FEFEL;

    private final ShapeReader shapes;

    public BinaryTensors(InferenceLimits limits) {
        shapes = new ShapeReader(limits);
    }

    /// A shape within the limits.
    ///
    /// @param field says where it stands in the request: `inputs[0].shape`
    /// @throws ServingException `INVALID_SHAPE`
    public Shape shape(Supplier<String> field, long... axes) {
        return shapes.require(axes, field);
    }

    /// A tensor over bytes as they came in.
    ///
    /// @param field says where it stands in the request: `inputs[0]`
    /// @param data not changed as long as the tensor is used
    /// @throws ServingException `BINARY_SIZE` for more or fewer bytes than the shape takes, and for
    ///   lengths in `BYTES` that lie; `OUT_OF_RANGE` for a `BOOL` that is neither 0 nor 1
    public static Tensor read(
            Supplier<String> field,
            String name,
            Datatype datatype,
            Shape shape,
            MemorySegment data) {
        if (datatype != Datatype.BYTES) {
            requireSize(field, datatype, shape, data.byteSize());
        }
        if (datatype == Datatype.BOOL) {
            requireBools(field, data);
        }
        try {
            return new Tensor(name, datatype, shape, data);
        } catch (ServingException e) {
            throw new ServingException(
                    ErrorCode.BINARY_SIZE,
                    "%s: %s".formatted(field.get(), e.getMessage()),
                    List.of(
                            new ErrorDetail(
                                    field.get(), "BYTES elements behind their lengths", null)),
                    null,
                    e);
        }
    }

    /// The data of a `BYTES` tensor.
    public static MemorySegment join(List<ByteBuffer> elements) {
        var joined =
                new ElementBuffer(
                        elements.stream()
                                .mapToInt(element -> Integer.BYTES + element.remaining())
                                .reduce(0, Math::addExact));
        for (var element : elements) {
            joined.putInt(element.remaining());
            joined.putAll(element);
        }
        return joined.toSegment();
    }

    private static void requireSize(
            Supplier<String> field, Datatype datatype, Shape shape, long bytes) {
        long expected = Math.multiplyExact(shape.elementCount(), (long) datatype.byteSize());
        if (bytes != expected) {
            throw JsonInput.wrong(
                    ErrorCode.BINARY_SIZE,
                    field.get(),
                    "%d bytes for %s %s".formatted(expected, datatype, shape),
                    Long.toString(bytes));
        }
    }

    private static void requireBools(Supplier<String> field, MemorySegment data) {
        long offset = 0;
        for (; offset + Long.BYTES <= data.byteSize(); offset += Long.BYTES) {
            if ((data.get(ValueLayout.JAVA_LONG_UNALIGNED, offset) & NO_BOOL) != 0) {
                break;
            }
        }
        for (; offset < data.byteSize(); offset++) {
            byte value = data.get(ValueLayout.JAVA_BYTE, offset);
            if ((value & NO_BOOL) != 0) {
                throw JsonInput.wrong(
                        ErrorCode.OUT_OF_RANGE,
                        field.get(),
                        "BOOL bytes of 0 or 1",
                        "%d at %d".formatted(Byte.toUnsignedInt(value), offset));
            }
        }
    }
}
