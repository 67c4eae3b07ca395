package io.matih.inference.engine.backend.onnxruntime;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/// Bytes that native code has allocated in this process and not freed, as glibc's allocator counts
/// them (`mallinfo2`, glibc 2.33). Unlike resident memory it knows nothing of the Java heap, and a
/// load that lands in memory which an earlier model gave back counts in full.
@SuppressWarnings("restricted")
final class AllocatedMemory {
    /// `struct mallinfo2`: arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks,
    /// fordblks, keepcost.
    private static final MemoryLayout COUNTS = MemoryLayout.structLayout(longs());

    private static final long MAPPED = 4 * JAVA_LONG.byteSize();
    private static final long IN_USE = 7 * JAVA_LONG.byteSize();

    private final Optional<MethodHandle> counts;

    AllocatedMemory() {
        var linker = Linker.nativeLinker();
        counts =
                linker.defaultLookup()
                        .find("mallinfo2")
                        .map(
                                function ->
                                        linker.downcallHandle(
                                                function, FunctionDescriptor.of(COUNTS)));
    }

    private static MemoryLayout[] longs() {
        var longs = new MemoryLayout[10];
        Arrays.fill(longs, JAVA_LONG);
        return longs;
    }

    /// @return empty where the C library does not count
    OptionalLong bytes() {
        return counts.map(AllocatedMemory::read).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static long read(MethodHandle function) {
        try (var arena = Arena.ofConfined()) {
            var read = (MemorySegment) function.invokeExact((SegmentAllocator) arena);
            return read.get(JAVA_LONG, MAPPED) + read.get(JAVA_LONG, IN_USE);
        } catch (Throwable e) { // what invokeExact declares; the function throws nothing
            throw new IllegalStateException(e);
        }
    }
}
