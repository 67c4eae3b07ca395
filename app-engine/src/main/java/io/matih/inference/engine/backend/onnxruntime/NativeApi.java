package io.matih.inference.engine.backend.onnxruntime;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The few functions of ONNX Runtime's C API (`onnxruntime_c_api.h`, struct `OrtApi`) that its Java
/// API does not reach. Their places in the struct are part of its binary interface: it only grows
/// at its end.
@SuppressWarnings("restricted")
final class NativeApi {
    private static final long TABLE_BYTES = 253 * ADDRESS.byteSize();

    private static final MethodHandle ERROR_CODE =
            function(1, FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle ERROR_MESSAGE =
            function(2, FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle TENSOR_DATA = status(51, ADDRESS, ADDRESS);
    private static final MethodHandle STRINGS_LENGTH = status(53, ADDRESS, ADDRESS);
    private static final MethodHandle STRINGS =
            status(54, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle ELEMENT_COUNT = status(64, ADDRESS, ADDRESS);
    private static final MethodHandle TYPE_AND_SHAPE = status(65, ADDRESS, ADDRESS);
    private static final MethodHandle DEFAULT_ALLOCATOR = status(78, ADDRESS);
    private static final MethodHandle VALUE = status(80, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle VALUE_COUNT = status(81, ADDRESS, ADDRESS);
    private static final MethodHandle RELEASE_STATUS =
            function(93, FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle RELEASE_VALUE =
            function(96, FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle RELEASE_TYPE_AND_SHAPE =
            function(99, FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle STRING_BUFFER =
            status(252, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);

    private NativeApi() {}

    static MemorySegment defaultAllocator() throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS);
            check(() -> (MemorySegment) DEFAULT_ALLOCATOR.invokeExact(out));
            return out.get(ADDRESS, 0);
        }
    }

    /// Memory for the bytes of one element of a string tensor, to be filled at once.
    static MemorySegment stringBuffer(MemorySegment tensor, long index, long length)
            throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS);
            check(() -> (MemorySegment) STRING_BUFFER.invokeExact(tensor, index, length, out));
            return out.get(ADDRESS, 0).reinterpret(length);
        }
    }

    /// Bytes of all elements of a string tensor together.
    static long stringsLength(MemorySegment tensor) throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(JAVA_LONG);
            check(() -> (MemorySegment) STRINGS_LENGTH.invokeExact(tensor, out));
            return out.get(JAVA_LONG, 0);
        }
    }

    /// Copies the elements of a string tensor, one behind the other.
    ///
    /// @param bytes as many as `stringsLength` says
    /// @param offsets where each element begins, as longs
    static void strings(MemorySegment tensor, MemorySegment bytes, MemorySegment offsets)
            throws OrtException {
        check(() -> (MemorySegment) STRINGS.invokeExact(tensor, bytes, bytes.byteSize(), offsets, offsets.byteSize() / JAVA_LONG.byteSize()));
    }

    /// Elements of a sequence.
    static long valueCount(MemorySegment sequence) throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(JAVA_LONG);
            check(() -> (MemorySegment) VALUE_COUNT.invokeExact(sequence, out));
            return out.get(JAVA_LONG, 0);
        }
    }

    /// An element of a sequence; of a map its keys (0) or values (1). To be released.
    static MemorySegment value(MemorySegment container, int index, MemorySegment allocator)
            throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS);
            check(() -> (MemorySegment) VALUE.invokeExact(container, index, allocator, out));
            return out.get(ADDRESS, 0);
        }
    }

    static void release(MemorySegment value) {
        act(() -> { RELEASE_VALUE.invokeExact(value); });
    }

    /// A tensor's elements, in place.
    static MemorySegment tensorData(MemorySegment tensor, long elementBytes) throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS);
            check(() -> (MemorySegment) TYPE_AND_SHAPE.invokeExact(tensor, out));
            var info = out.get(ADDRESS, 0);
            var count = arena.allocate(JAVA_LONG);
            try {
                check(() -> (MemorySegment) ELEMENT_COUNT.invokeExact(info, count));
            } finally {
                act(() -> { RELEASE_TYPE_AND_SHAPE.invokeExact(info); });
            }
            check(() -> (MemorySegment) TENSOR_DATA.invokeExact(tensor, out));
            return out.get(ADDRESS, 0).reinterpret(elementBytes * count.get(JAVA_LONG, 0));
        }
    }

    private static void check(Call<MemorySegment> call) throws OrtException {
        var status = run(call);
        if (status.address() == 0) {
            return;
        }
        int code = run(() -> (int) ERROR_CODE.invokeExact(status));
        var text = run(() -> (MemorySegment) ERROR_MESSAGE.invokeExact(status));
        var message = text.reinterpret(Long.MAX_VALUE).getString(0);
        act(() -> { RELEASE_STATUS.invokeExact(status); });
        throw new OrtException(code, message);
    }

    private static <T> T run(Call<T> call) {
        try {
            return call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void act(Action action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MethodHandle status(int place, MemoryLayout... arguments) {
        return function(place, FunctionDescriptor.of(ADDRESS, arguments));
    }

    private static MethodHandle function(int place, FunctionDescriptor descriptor) {
        var table = RuntimeInternals.api().reinterpret(TABLE_BYTES);
        return Linker.nativeLinker()
                .downcallHandle(table.getAtIndex(ADDRESS, place), descriptor);
    }

    private interface Call<T> {
        T run() throws Throwable;
    }

    private interface Action {
        void run() throws Throwable;
    }
}
