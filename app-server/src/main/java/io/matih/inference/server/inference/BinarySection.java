package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/// The binary tensors behind one request's JSON, taken in the order of its inputs. One thread.
final class BinarySection {
    private static final byte[] SIZE = TensorReader.BINARY_SIZE.getBytes(StandardCharsets.US_ASCII);

    private final MemorySegment bytes;
    private final boolean announced;
    private final boolean usual;
    private long taken;

    private BinarySection(MemorySegment bytes, boolean announced, boolean usual) {
        this.bytes = bytes;
        this.announced = announced;
        this.usual = usual;
    }

    /// Of a request without the header, which is all JSON.
    ///
    /// @param usual whether binary tensors are what most clients of the route send
    static BinarySection none(boolean usual) {
        return new BinarySection(MemorySegment.ofArray(new byte[0]), false, usual);
    }

    /// What is in a body behind its JSON.
    static BinarySection behind(byte[] body, int json) {
        return new BinarySection(MemorySegment.ofArray(body).asSlice(json), true, true);
    }

    /// Whether a tensor without data is missed here rather than in the JSON.
    boolean isUsual() {
        return usual;
    }

    /// The next tensor's bytes, as they stand in the body.
    ///
    /// @param field says where its size stands
    MemorySegment take(long size, Supplier<String> field) {
        if (!announced) {
            throw BinaryHeader.missing();
        }
        long left = bytes.byteSize() - taken;
        if (size > left) {
            throw JsonInput.wrong(
                    ErrorCode.BINARY_SIZE,
                    field.get(),
                    "at most the %d bytes that are left".formatted(left),
                    Long.toString(size));
        }
        taken += size;
        return bytes.asSlice(taken - size, size);
    }

    void requireEnd() {
        if (taken != bytes.byteSize()) {
            throw JsonInput.wrong(
                    ErrorCode.BINARY_SIZE,
                    "the body",
                    "%d bytes behind the JSON, the sum of all %s"
                            .formatted(taken, TensorReader.BINARY_SIZE),
                    Long.toString(bytes.byteSize()));
        }
    }

    /// Whether a body that is no JSON looks like one with binary tensors.
    static boolean isMentioned(byte[] body) {
        var text = new String(body, StandardCharsets.ISO_8859_1);
        return text.contains(new String(SIZE, StandardCharsets.US_ASCII));
    }
}
