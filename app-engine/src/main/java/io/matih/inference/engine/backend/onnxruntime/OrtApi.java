package io.matih.inference.engine.backend.onnxruntime;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The table of functions of ONNX Runtime's C API (`onnxruntime_c_api.h`, struct `OrtApi`). The
/// functions' places in it are part of its binary interface: it only grows at its end.
///
/// Addresses travel as longs. Of a segment the linker would hold the arena open during each call.
@SuppressWarnings("restricted")
final class OrtApi {
    private static final long TABLE_BYTES = 253 * ADDRESS.byteSize();

    private static final MethodHandle ERROR_CODE =
            function(1, FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    private static final MethodHandle ERROR_MESSAGE =
            function(2, FunctionDescriptor.of(ADDRESS, JAVA_LONG));
    private static final MethodHandle RELEASE_STATUS = releasing(93);

    private OrtApi() {}

    /// A function that returns a status, to be given to `check`.
    static MethodHandle status(int place, MemoryLayout... arguments) {
        return function(place, FunctionDescriptor.of(JAVA_LONG, arguments));
    }

    static MethodHandle releasing(int place) {
        return function(place, FunctionDescriptor.ofVoid(JAVA_LONG));
    }

    private static MethodHandle function(int place, FunctionDescriptor descriptor) {
        var table = RuntimeInternals.api().reinterpret(TABLE_BYTES);
        return Linker.nativeLinker().downcallHandle(table.getAtIndex(ADDRESS, place), descriptor);
    }

    /// @throws OrtException if the status, which is then released, is not the null of success
    static void check(long status) throws OrtException {
        if (status != 0) {
            throw refusal(status);
        }
    }

    private static OrtException refusal(long status) {
        try {
            int code = (int) ERROR_CODE.invokeExact(status);
            var text = (MemorySegment) ERROR_MESSAGE.invokeExact(status);
            var message = text.reinterpret(Long.MAX_VALUE).getString(0);
            RELEASE_STATUS.invokeExact(status);
            return new OrtException(code, message);
        } catch (Throwable e) {
            return failure(e);
        }
    }

    /// What a call threw, for its caller to throw: a method handle declares everything.
    static OrtException failure(Throwable thrown) {
        return switch (thrown) {
            case OrtException refusal -> refusal;
            case RuntimeException failure -> throw failure;
            case Error error -> throw error;
            default -> throw new IllegalStateException(thrown);
        };
    }
}
