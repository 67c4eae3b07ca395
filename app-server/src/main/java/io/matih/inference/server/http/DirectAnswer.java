package io.matih.inference.server.http;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/// The 200 of a `DirectHandler`.
///
/// @param contentType of the whole
/// @param headers further ones
/// @param parts the body, one after the other; not changed until it is sent
public record DirectAnswer(
        String contentType, Map<String, String> headers, List<ByteBuffer> parts) {
    /// Up to here copying costs less than handing the parts to the system one by one.
    private static final int WORTH_JOINING = 64 * 1024;

    public DirectAnswer {
        headers = Map.copyOf(headers);
        parts = joined(List.copyOf(parts));
    }

    public static DirectAnswer json(byte[] json) {
        return new DirectAnswer(MediaType.JSON, Map.of(), List.of(ByteBuffer.wrap(json)));
    }

    /// Bytes of the body.
    public long length() {
        return length(parts);
    }

    private static long length(List<ByteBuffer> parts) {
        return parts.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    private static List<ByteBuffer> joined(List<ByteBuffer> parts) {
        if (parts.size() == 1 || length(parts) > WORTH_JOINING) {
            return parts;
        }
        var whole = ByteBuffer.allocate((int) length(parts));
        parts.forEach(part -> whole.put(part.duplicate()));
        return List.of(whole.flip());
    }
}
