package io.matih.inference.server.http;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Finds the head of a request with a body in what has been read.
final class RequestHead {
    /// `POST`, as the four bytes of an int.
    private static final int POST = 0x504F5354;

    /// The end of a line and an empty one.
    private static final int END = 0x0D0A0D0A;

    private RequestHead() {}

    /// @return a copy of it, with the empty line; absent where it is not there whole
    static byte @Nullable [] of(ByteBuffer buffer) {
        int start = buffer.position();
        if (buffer.remaining() < Integer.BYTES || buffer.getInt(start) != POST) {
            return null;
        }
        for (int i = start; i <= buffer.limit() - Integer.BYTES; i++) {
            if (buffer.get(i) == '\r' && buffer.getInt(i) == END) {
                var head = new byte[i + Integer.BYTES - start];
                buffer.get(start, head);
                return head;
            }
        }
        return null;
    }
}
