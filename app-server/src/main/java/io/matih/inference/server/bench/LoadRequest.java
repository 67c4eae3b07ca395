package io.matih.inference.server.bench;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// One request, encoded once, and what must come back.
public final class LoadRequest {
    private static final String JSON = "application/json";

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
        var headers = new LinkedHashMap<String, String>();
        if (apiKey != null) {
            headers.put("Authorization", "Bearer " + apiKey);
        }
        headers.put("Content-Type", JSON);
        headers.put("Accept", JSON);
        return of(url, headers, body, expected);
    }

    /// A POST of anything.
    ///
    /// @param headers beside `Host` and `Content-Length`
    public static LoadRequest of(
            URI url, Map<String, String> headers, byte[] body, @Nullable ExpectedAnswer expected) {
        var target = url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
        var head =
                new StringBuilder("POST ")
                        .append(target)
                        .append(" HTTP/1.1\r\nHost: ")
                        .append(url.getRawAuthority());
        headers.forEach((name, value) -> head.append("\r\n%s: %s".formatted(name, value)));
        head.append("\r\nContent-Length: ").append(body.length).append("\r\n\r\n");
        return new LoadRequest(
                head.toString().getBytes(StandardCharsets.ISO_8859_1), body, expected);
    }

    /// A view of its own, from the first byte.
    ByteBuffer bytes() {
        return bytes.duplicate();
    }

    @Nullable ExpectedAnswer expected() {
        return expected;
    }
}
