package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// An instance's native memory for inputs: grown when a batch needs more, given back when many
/// batches in a row need far less. One thread at a time, not always the same.
final class BatchBuffer implements AutoCloseable {
    static final long ALIGNMENT = 64;
    private static final long SMALLEST = 4096;
    private static final long WORTH_SHRINKING = 1 << 20;
    private static final int SMALL_BATCHES = 64;

    private final NativeMemory memory;
    private @Nullable Arena arena;
    private MemorySegment segment = MemorySegment.NULL;
    private int smallBatches;

    BatchBuffer(NativeMemory memory) {
        this.memory = memory;
    }

    /// At least this many bytes, valid until the next call; what they hold is undefined.
    MemorySegment reserve(long bytes) {
        long capacity = segment.byteSize();
        smallBatches = bytes < capacity / 4 ? smallBatches + 1 : 0;
        if (bytes > capacity
                || (smallBatches >= SMALL_BATCHES && capacity > WORTH_SHRINKING)) {
            close();
            allocate(Math.max(SMALLEST, Long.highestOneBit(Math.max(1, bytes - 1)) << 1));
        }
        return segment;
    }

    @SuppressWarnings("MustBeClosedChecker") // closed by close
    private void allocate(long capacity) {
        // Shared: the next execution may come on another thread.
        var fresh = Arena.ofShared();
        try {
            segment = fresh.allocate(capacity, ALIGNMENT);
        } catch (OutOfMemoryError e) {
            fresh.close();
            throw new ServingException(
                    ErrorCode.RESOURCE_LIMIT,
                    "No memory for %d bytes of inputs".formatted(capacity),
                    e);
        }
        arena = fresh;
        memory.addBufferBytes(capacity);
    }

    @Override
    public void close() {
        if (arena != null) {
            memory.addBufferBytes(-segment.byteSize());
            segment = MemorySegment.NULL;
            smallBatches = 0;
            arena.close();
            arena = null;
        }
    }
}
