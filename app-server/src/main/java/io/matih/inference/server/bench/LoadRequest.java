package io.matih.inference.server.bench;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One request, encoded once, and what must come back.
public final class LoadRequest {
    private final ByteBuffer bytes;
    private final @Nullable ExpectedAnswer expected;

    private LoadRequest(byte[] head, byte[] body, @Nullable ExpectedAnswer expected) {
        // Outside the heap, where sockets take it from without another copy.
        var buffer = ByteBuffer.allocateDirect(head.length + body.length);
        this.bytes = buffer.put(head).put(body).flip().asReadOnlyBuffer();
        this.expected = expected;
    }

    /// A POST of JSON.
    ///
    /// @param url the whole address
    /// @param apiKey sent as a bearer token
    /// @param expected absent: any answer will do
    public static LoadRequest post(
            URI url, @Nullable String apiKey, byte[] body, @Nullable ExpectedAnswer expected) {
        var target = url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
        var head =
                "POST "
                        + target
                        + " HTTP/1.1\r\nHost: "
                        + url.getRawAuthority()
                        + (apiKey == null ? "" : "\r\nAuthorization: Bearer " + apiKey)
                        + "\r\nContent-Type: application/json\r\nAccept: application/json"
                        + "\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n";
        return new LoadRequest(head.getBytes(StandardCharsets.ISO_8859_1), body, expected);
    }

    /// A view of its own, from the first byte.
    ByteBuffer bytes() {
        return bytes.duplicate();
    }

    @Nullable ExpectedAnswer expected() {
        return expected;
    }
}
