package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A request head that the ingress has let in, to be known again by its bytes. A client that keeps
/// its connection sends the same head with every request, but for the length of the body; what the
/// ingress found out about the first holds for all of them.
///
/// @param before the head up to the digits of the body's length
/// @param after the rest of it, with the empty line
/// @param limitBytes the largest body
record KnownRequest(
        ByteBuffer before,
        ByteBuffer after,
        long limitBytes,
        Route route,
        DirectHandler handler,
        HttpFields headers,
        String path,
        Fields query) {
    private static final String LENGTH = "\r\ncontent-length:";
    private static final int MOST_DIGITS = 9;

    /// What makes a request another one each time, or the connection's last.
    private static final List<String> NEVER =
            List.of(
                    RequestIdentity.REQUEST_ID,
                    RequestIdentity.TRACEPARENT,
                    HttpHeader.CONNECTION.asString(),
                    HttpHeader.EXPECT.asString(),
                    HttpHeader.TRANSFER_ENCODING.asString(),
                    HttpHeader.CONTENT_ENCODING.asString(),
                    HttpHeader.UPGRADE.asString());

    /// @param head the bytes of the request's head, to the empty line
    /// @param request has passed every check
    /// @return absent where the head may mean something else the next time
    static @Nullable KnownRequest of(
            byte[] head, Request request, long limitBytes, Route route, DirectHandler handler) {
        var uri = request.getHttpURI();
        var text = new String(head, StandardCharsets.ISO_8859_1);
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_1
                || NEVER.stream().anyMatch(request.getHeaders()::contains)
                || !text.startsWith("POST " + uri.getPathQuery() + " HTTP/1.1\r\n")) {
            return null;
        }
        int digits = digits(text);
        return digits < 0
                ? null
                : new KnownRequest(
                        part(head, 0, digits),
                        part(head, afterDigits(text, digits), head.length),
                        limitBytes,
                        route,
                        handler,
                        HttpFields.build(request.getHeaders())
                                .remove(HttpHeader.CONTENT_LENGTH)
                                .asImmutable(),
                        uri.getPath(),
                        Request.extractQueryParameters(request));
    }

    /// Where the length's digits begin; negative where that is not plain.
    private static int digits(String head) {
        int name = find(head, 0);
        if (name < 0 || find(head, name + 1) >= 0) {
            return -1;
        }
        int digits = name + LENGTH.length();
        if (head.charAt(digits) == ' ') {
            digits++;
        }
        int end = afterDigits(head, digits);
        return end > digits && head.charAt(end) == '\r' ? digits : -1;
    }

    private static int find(String head, int from) {
        for (int i = from; i <= head.length() - LENGTH.length(); i++) {
            if (head.regionMatches(true, i, LENGTH, 0, LENGTH.length())) {
                return i;
            }
        }
        return -1;
    }

    private static int afterDigits(String head, int digits) {
        int end = digits;
        while (end < head.length() && head.charAt(end) >= '0' && head.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    /// Outside of the heap like what it is compared with.
    private static ByteBuffer part(byte[] head, int from, int to) {
        return ByteBuffer.allocateDirect(to - from).put(head, from, to - from).flip();
    }

    /// Whether the buffer holds this head with a body, and nothing else.
    ///
    /// @return where the body begins; negative where it does not
    int bodyOf(ByteBuffer buffer) {
        int digits = buffer.position() + before.limit();
        int end = buffer.limit();
        if (digits + after.limit() >= end || !holds(buffer, buffer.position(), before)) {
            return -1;
        }
        long length = 0;
        int next = digits;
        for (; next < end && next - digits < MOST_DIGITS; next++) {
            int digit = buffer.get(next) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            length = length * 10 + digit;
        }
        int body = next + after.limit();
        return next > digits
                        && length == end - body
                        && length <= limitBytes
                        && holds(buffer, next, after)
                ? body
                : -1;
    }

    private static boolean holds(ByteBuffer buffer, int at, ByteBuffer part) {
        return buffer.slice(at, part.limit()).equals(part);
    }
}
