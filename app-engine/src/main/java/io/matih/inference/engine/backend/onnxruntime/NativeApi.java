package io.matih.inference.engine.backend.onnxruntime;

import static io.matih.inference.engine.backend.onnxruntime.OrtApi.check;
import static io.matih.inference.engine.backend.onnxruntime.OrtApi.failure;
import static io.matih.inference.engine.backend.onnxruntime.OrtApi.releasing;
import static io.matih.inference.engine.backend.onnxruntime.OrtApi.status;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;

import io.matih.inference.engine.tensor.Shape;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The calls of ONNX Runtime's C API that an execution consists of. Its Java API makes objects for
/// every tensor, name and option of a run, which costs as much as a small model, and cannot carry
/// all strings nor all datatypes. One thread at a time: `out` is where the functions put what they
/// return.
@SuppressWarnings("restricted")
final class NativeApi {
    /// Of a value, as `valueType` returns it.
    static final int TENSOR = 1;

    static final int SEQUENCE = 2;

    static final int MAP = 3;

    /// More axes than any operator makes.
    static final int MAX_RANK = 64;

    private static final MethodHandle RUN =
            status(
                    9, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                    JAVA_LONG);
    private static final MethodHandle CREATE_TENSOR =
            status(48, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle CREATE_TENSOR_WITH_DATA =
            status(49, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle TENSOR_DATA = status(51, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle STRINGS_LENGTH = status(53, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle STRINGS =
            status(54, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle ELEMENT_TYPE = status(60, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle RANK = status(61, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle AXES = status(62, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle TYPE_AND_SHAPE = status(65, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle VALUE_TYPE = status(67, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle CPU_MEMORY_INFO = status(69, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle DEFAULT_ALLOCATOR = status(78, JAVA_LONG);
    private static final MethodHandle VALUE = status(80, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle VALUE_COUNT = status(81, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle RELEASE_VALUE = releasing(96);
    private static final MethodHandle RELEASE_TYPE_AND_SHAPE = releasing(99);
    private static final MethodHandle STRING_BUFFER =
            status(252, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /// The process's own: never released.
    private static final long CPU_MEMORY = cpuMemory();

    private static final long ALLOCATOR = defaultAllocator();

    private final MemorySegment out;
    private final MemorySegment axes;

    /// @param arena for what the functions return; as long as this object is used
    NativeApi(Arena arena) {
        out = arena.allocate(JAVA_LONG);
        axes = arena.allocate(JAVA_LONG, MAX_RANK);
    }

    /// Executes a session.
    ///
    /// @param inputNames address of an array of addresses, as the other three
    /// @param outputs the values; zero for those that the runtime shall make
    static void run(
            long session,
            long options,
            long inputNames,
            long inputs,
            long inputCount,
            long outputNames,
            long outputCount,
            long outputs)
            throws OrtException {
        try {
            check(
                    (long)
                            RUN.invokeExact(
                                    session,
                                    options,
                                    inputNames,
                                    inputs,
                                    inputCount,
                                    outputNames,
                                    outputCount,
                                    outputs));
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /// A tensor over memory that must outlive it. To be released, like every value made here.
    ///
    /// @param rows length of the first axis, where there is one; the others are those of `shape`
    long tensor(int elementType, Shape shape, long rows, long data, long bytes)
            throws OrtException {
        try {
            check(
                    (long)
                            CREATE_TENSOR_WITH_DATA.invokeExact(
                                    CPU_MEMORY,
                                    data,
                                    bytes,
                                    axes(shape, rows),
                                    (long) shape.rank(),
                                    elementType,
                                    out.address()));
        } catch (Throwable e) {
            throw failure(e);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// A tensor in memory of the runtime's own; its strings are empty.
    long tensor(int elementType, Shape shape, long rows) throws OrtException {
        try {
            check(
                    (long)
                            CREATE_TENSOR.invokeExact(
                                    ALLOCATOR,
                                    axes(shape, rows),
                                    (long) shape.rank(),
                                    elementType,
                                    out.address()));
        } catch (Throwable e) {
            throw failure(e);
        }
        return out.get(JAVA_LONG, 0);
    }

    private long axes(Shape shape, long rows) {
        for (int i = 0; i < shape.rank(); i++) {
            axes.setAtIndex(JAVA_LONG, i, i == 0 ? rows : shape.axis(i));
        }
        return axes.address();
    }

    int valueType(long value) throws OrtException {
        try {
            check((long) VALUE_TYPE.invokeExact(value, out.address()));
        } catch (Throwable e) {
            throw failure(e);
        }
        return out.get(JAVA_INT, 0);
    }

    /// What a tensor is: its element type and its shape.
    TensorType tensorType(long tensor) throws OrtException {
        try {
            check((long) TYPE_AND_SHAPE.invokeExact(tensor, out.address()));
            long described = out.get(JAVA_LONG, 0);
            try {
                check((long) ELEMENT_TYPE.invokeExact(described, out.address()));
                int elementType = out.get(JAVA_INT, 0);
                check((long) RANK.invokeExact(described, out.address()));
                int rank = (int) out.get(JAVA_LONG, 0);
                if (rank > MAX_RANK) {
                    throw new OrtException("a tensor has %d axes".formatted(rank));
                }
                check((long) AXES.invokeExact(described, axes.address(), (long) rank));
                var lengths = new long[rank];
                MemorySegment.copy(axes, JAVA_LONG, 0, lengths, 0, rank);
                return new TensorType(elementType, Shape.of(lengths));
            } finally {
                RELEASE_TYPE_AND_SHAPE.invokeExact(described);
            }
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /// The elements of a tensor, in place.
    MemorySegment tensorData(long tensor, long bytes) throws OrtException {
        try {
            check((long) TENSOR_DATA.invokeExact(tensor, out.address()));
        } catch (Throwable e) {
            throw failure(e);
        }
        return MemorySegment.ofAddress(out.get(JAVA_LONG, 0)).reinterpret(bytes);
    }

    /// Memory for the bytes of one element of a string tensor, to be filled at once.
    MemorySegment stringBuffer(long tensor, long index, long length) throws OrtException {
        try {
            check((long) STRING_BUFFER.invokeExact(tensor, index, length, out.address()));
        } catch (Throwable e) {
            throw failure(e);
        }
        return MemorySegment.ofAddress(out.get(JAVA_LONG, 0)).reinterpret(length);
    }

    /// Bytes of all elements of a string tensor together.
    long stringsLength(long tensor) throws OrtException {
        try {
            check((long) STRINGS_LENGTH.invokeExact(tensor, out.address()));
        } catch (Throwable e) {
            throw failure(e);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// Copies the elements of a string tensor, one behind the other.
    ///
    /// @param bytes as many as `stringsLength` says
    /// @param offsets where each element begins, as longs
    static void strings(long tensor, MemorySegment bytes, MemorySegment offsets)
            throws OrtException {
        try {
            check(
                    (long)
                            STRINGS.invokeExact(
                                    tensor,
                                    bytes.address(),
                                    bytes.byteSize(),
                                    offsets.address(),
                                    offsets.byteSize() / JAVA_LONG.byteSize()));
        } catch (Throwable e) {
            throw failure(e);
        }
    }

    /// Elements of a sequence.
    long valueCount(long sequence) throws OrtException {
        try {
            check((long) VALUE_COUNT.invokeExact(sequence, out.address()));
        } catch (Throwable e) {
            throw failure(e);
        }
        return out.get(JAVA_LONG, 0);
    }

    /// An element of a sequence; of a map its keys (0) or values (1). To be released.
    long value(long container, int index) throws OrtException {
        try {
            check((long) VALUE.invokeExact(container, index, ALLOCATOR, out.address()));
        } catch (Throwable e) {
            throw failure(e);
        }
        return out.get(JAVA_LONG, 0);
    }

    static void release(long value) {
        try {
            RELEASE_VALUE.invokeExact(value);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static long cpuMemory() {
        try (var arena = Arena.ofConfined()) {
            var made = arena.allocate(JAVA_LONG);
            // 0, 0: allocated by a device, of the default kind.
            check((long) CPU_MEMORY_INFO.invokeExact(0, 0, made.address()));
            return made.get(JAVA_LONG, 0);
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static long defaultAllocator() {
        try (var arena = Arena.ofConfined()) {
            var found = arena.allocate(JAVA_LONG);
            check((long) DEFAULT_ALLOCATOR.invokeExact(found.address()));
            return found.get(JAVA_LONG, 0);
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// @param elementType as `OnnxTypes` knows it
    record TensorType(int elementType, Shape shape) {}
}
