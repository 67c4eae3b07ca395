package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.TensorInfo.OnnxTensorType;

import io.matih.inference.engine.tensor.Datatype;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/// The members of ONNX Runtime's Java classes that its public API leaves out and that two things
/// cannot do without: strings, which the public API writes and reads in Java's modified UTF-8
/// (characters beyond U+FFFF and NUL arrive at the model as something else), and tensors of
/// UINT16, UINT32 and UINT64, which it has no name for. The only place that looks behind that API;
/// the runtime's version is pinned, and tests hold every member named here.
final class RuntimeInternals {
    private static final VarHandle TENSOR_HANDLE;
    private static final VarHandle SEQUENCE_HANDLE;
    private static final VarHandle API_HANDLE;
    private static final MethodHandle CREATE_TENSOR;
    private static final MethodHandle NEW_TENSOR;
    private static final MethodHandle NEW_TENSOR_INFO;

    static {
        try {
            Lookup inside = MethodHandles.privateLookupIn(OnnxTensor.class, MethodHandles.lookup());
            Class<?> tensorLike = OnnxTensor.class.getSuperclass();
            Class<?> runtime = inside.findClass("ai.onnxruntime.OnnxRuntime");
            TENSOR_HANDLE = inside.findVarHandle(tensorLike, "nativeHandle", long.class);
            SEQUENCE_HANDLE = inside.findVarHandle(OnnxSequence.class, "nativeHandle", long.class);
            API_HANDLE = inside.findStaticVarHandle(runtime, "ortApiHandle", long.class);
            CREATE_TENSOR =
                    inside.findStatic(
                            OnnxTensor.class,
                            "createTensorFromBuffer",
                            MethodType.methodType(
                                    long.class,
                                    long.class,
                                    long.class,
                                    Buffer.class,
                                    int.class,
                                    long.class,
                                    long[].class,
                                    int.class));
            NEW_TENSOR =
                    inside.findConstructor(
                            OnnxTensor.class,
                            MethodType.methodType(
                                    void.class,
                                    long.class,
                                    long.class,
                                    TensorInfo.class,
                                    Buffer.class,
                                    boolean.class));
            NEW_TENSOR_INFO =
                    inside.findConstructor(
                            TensorInfo.class,
                            MethodType.methodType(
                                    void.class,
                                    long[].class,
                                    OnnxJavaType.class,
                                    OnnxTensorType.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private RuntimeInternals() {}

    /// The table of functions of ONNX Runtime's C API.
    static MemorySegment api() {
        return MemorySegment.ofAddress((long) API_HANDLE.get());
    }

    static MemorySegment address(OnnxTensor tensor) {
        return MemorySegment.ofAddress((long) TENSOR_HANDLE.get(tensor));
    }

    static MemorySegment address(OnnxSequence sequence) {
        return MemorySegment.ofAddress((long) SEQUENCE_HANDLE.get(sequence));
    }

    /// A tensor of UINT16, UINT32 or UINT64 over `data`, which must outlive it.
    static OnnxTensor unsigned(Datatype datatype, ByteBuffer data, long[] shape)
            throws OrtException {
        long allocator = NativeApi.defaultAllocator().address();
        var type = unsignedType(datatype);
        try {
            var info = (TensorInfo) NEW_TENSOR_INFO.invokeExact(shape, carrier(datatype), type);
            long handle =
                    (long)
                            CREATE_TENSOR.invokeExact(
                                    api().address(),
                                    allocator,
                                    (Buffer) data,
                                    0,
                                    (long) data.remaining(),
                                    shape,
                                    type.value);
            return (OnnxTensor)
                    NEW_TENSOR.invokeExact(handle, allocator, info, (Buffer) data, false);
        } catch (OrtException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static OnnxTensorType unsignedType(Datatype datatype) {
        return switch (datatype) {
            case UINT16 -> OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16;
            case UINT32 -> OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32;
            case UINT64 -> OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64;
            default -> throw new IllegalArgumentException(datatype + " has a type of its own");
        };
    }

    private static OnnxJavaType carrier(Datatype datatype) {
        return OnnxJavaType.mapFromOnnxTensorType(unsignedType(datatype));
    }
}
