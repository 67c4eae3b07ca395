package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;

/// The addresses behind ONNX Runtime's Java objects, which its public API does not tell: through
/// them its C API executes sessions that the Java API made. The only place that looks behind that
/// API; the runtime's version is pinned, and every test that executes a model holds the members
/// named here.
final class RuntimeInternals {
    private static final VarHandle SESSION_HANDLE;
    private static final VarHandle RUN_OPTIONS_HANDLE;
    private static final VarHandle API_HANDLE;

    static {
        try {
            Lookup inside = MethodHandles.privateLookupIn(OrtSession.class, MethodHandles.lookup());
            Class<?> runtime = inside.findClass("ai.onnxruntime.OnnxRuntime");
            SESSION_HANDLE = inside.findVarHandle(OrtSession.class, "nativeHandle", long.class);
            RUN_OPTIONS_HANDLE =
                    MethodHandles.privateLookupIn(RunOptions.class, MethodHandles.lookup())
                            .findVarHandle(RunOptions.class, "nativeHandle", long.class);
            API_HANDLE = inside.findStaticVarHandle(runtime, "ortApiHandle", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private RuntimeInternals() {}

    /// The table of functions of ONNX Runtime's C API.
    static MemorySegment api() {
        return MemorySegment.ofAddress((long) API_HANDLE.get());
    }

    static long address(OrtSession session) {
        return (long) SESSION_HANDLE.get(session);
    }

    static long address(RunOptions options) {
        return (long) RUN_OPTIONS_HANDLE.get(options);
    }
}
