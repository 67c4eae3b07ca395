package io.matih.inference.engine.backend.onnxruntime;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// `BYTES` tensors as ONNX Runtime's string tensors and back, byte by byte.
final class Strings {
    private Strings() {}

    /// Fills a tensor with the elements of all parts, in order.
    static void fill(NativeApi api, long tensor, Tensor[] parts) throws OrtException {
        long index = 0;
        for (var part : parts) {
            long offset = 0;
            while (offset < part.data().byteSize()) {
                long length = part.data().get(Tensor.LENGTH, offset);
                var buffer = api.stringBuffer(tensor, index++, length);
                MemorySegment.copy(part.data(), offset + 4, buffer, 0, length);
                offset += 4 + length;
            }
        }
    }

    /// The elements, each with its length before it.
    ///
    /// @param count of elements
    /// @param length of all of them together, as the runtime says
    static MemorySegment read(long tensor, int count, long length) throws OrtException {
        var copied = MemorySegment.ofArray(new byte[Math.toIntExact(length + 4L * count)]);
        if (count == 0) {
            return copied;
        }
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(Math.max(1, length)).asSlice(0, length);
            var offsets = arena.allocate(JAVA_LONG, count);
            NativeApi.strings(tensor, bytes, offsets);
            for (int i = 0; i < count; i++) {
                long from = offsets.getAtIndex(JAVA_LONG, i);
                long to = i + 1 < count ? offsets.getAtIndex(JAVA_LONG, i + 1) : length;
                copied.set(Tensor.LENGTH, from + 4L * i, Math.toIntExact(to - from));
                MemorySegment.copy(bytes, from, copied, from + 4L * (i + 1), to - from);
            }
        }
        return copied;
    }

    /// @throws ServingException `INVALID_DTYPE` for an element that is not UTF-8
    static void requireUtf8(Tensor[] parts) {
        for (var part : parts) {
            requireUtf8(part);
        }
    }

    private static void requireUtf8(Tensor tensor) {
        long offset = 0;
        for (long i = 0; offset < tensor.data().byteSize(); i++) {
            int length = tensor.data().get(Tensor.LENGTH, offset);
            var element = tensor.data().asSlice(offset + 4, length);
            if (!isAscii(element) && !isUtf8(element)) {
                throw new ServingException(
                        ErrorCode.INVALID_DTYPE,
                        "input '%s': element %d is not UTF-8; this model takes text"
                                .formatted(ServingException.clip(tensor.name()), i));
            }
            offset += 4 + length;
        }
    }

    private static boolean isAscii(MemorySegment bytes) {
        for (long i = 0; i < bytes.byteSize(); i++) {
            if (bytes.get(JAVA_BYTE, i) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUtf8(MemorySegment bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes.asByteBuffer());
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
