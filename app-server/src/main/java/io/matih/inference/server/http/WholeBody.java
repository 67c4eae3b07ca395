package io.matih.inference.server.http;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Blocker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/// A body as it comes in over the wire, piece by piece, into one array. One thread at a time.
final class WholeBody {
    /// A stated length is a claim: memory follows what really arrives.
    private static final int FIRST_BYTES = 64 * 1024;

    private final MeteredRequest request;
    private final long limitBytes;
    private byte[] bytes;
    private int length;

    /// @throws io.matih.inference.engine.error.ServingException `BODY_TOO_LARGE` for a stated
    ///   length
    WholeBody(MeteredRequest request, long limitBytes) {
        if (request.getLength() > limitBytes) {
            throw MeteredRequest.tooLarge(limitBytes);
        }
        this.request = request;
        this.limitBytes = limitBytes;
        bytes = new byte[Math.clamp(request.getLength(), 0, FIRST_BYTES)];
    }

    /// Takes in what is there, without waiting.
    ///
    /// @return whether that was all of it
    boolean advance() {
        while (true) {
            var chunk = request.read();
            if (chunk == null) {
                return false;
            }
            if (Content.Chunk.isFailure(chunk)) {
                throw rethrown(chunk.getFailure());
            }
            try {
                append(chunk);
                if (chunk.isLast()) {
                    return true;
                }
            } finally {
                chunk.release();
            }
        }
    }

    /// Waits for all of it.
    byte[] await() {
        while (!advance()) {
            try (var arrival = Blocker.runnable()) {
                request.demand(arrival);
                arrival.block();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return bytes();
    }

    byte[] bytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void append(Content.Chunk chunk) {
        var content = chunk.getByteBuffer();
        int more = content.remaining();
        if (request.bytesRead() > limitBytes) {
            throw MeteredRequest.tooLarge(limitBytes);
        }
        request.hold(more);
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, grown(Math.addExact(length, more)));
        }
        content.get(bytes, length, more);
        length += more;
    }

    private int grown(int needed) {
        long expected = request.getLength();
        long doubled = Math.max(2L * needed, FIRST_BYTES);
        long wanted = expected >= needed ? Math.min(expected, doubled) : doubled;
        return (int) Math.min(wanted, Integer.MAX_VALUE - 8);
    }

    static RuntimeException rethrown(Throwable failure) {
        return switch (failure) {
            case RuntimeException unchecked -> unchecked;
            case IOException io -> new UncheckedIOException(io);
            default -> new IllegalStateException(failure);
        };
    }
}
