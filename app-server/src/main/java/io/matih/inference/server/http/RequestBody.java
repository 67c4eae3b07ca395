package io.matih.inference.server.http;

import io.javalin.http.Context;
import io.matih.inference.engine.error.ServingException;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Blocker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/// Reads what a request carries, decompressed, and no more than is allowed.
public final class RequestBody {
    private static final int PIECE_BYTES = 16 * 1024;

    private RequestBody() {}

    /// The whole body.
    ///
    /// @param limitBytes its largest size, on the wire and decompressed; a smaller limit of the
    ///   route holds as well
    /// @throws ServingException `BODY_TOO_LARGE`, `REQUEST_TIMEOUT`, `BAD_HTTP`,
    ///   `MALFORMED_REQUEST`, or `CANCELLED` if the client has left
    public static byte[] read(Context ctx, long limitBytes) {
        return read(metered(Exchange.of(ctx).request()), limitBytes);
    }

    /// The same for a handler that sits directly in Jetty.
    public static byte[] read(Request request, long limitBytes) {
        return read(metered(Exchange.of(request).request()), limitBytes);
    }

    /// The body as it comes in, for what is too large to be held. Reading fails like `read`.
    public static InputStream stream(Context ctx, long limitBytes) {
        return stream(metered(Exchange.of(ctx).request()), limitBytes);
    }

    /// The same for a handler that sits directly in Jetty.
    public static InputStream stream(Request request, long limitBytes) {
        return stream(metered(Exchange.of(request).request()), limitBytes);
    }

    private static MeteredRequest metered(Request request) {
        return (MeteredRequest) request;
    }

    private static InputStream stream(MeteredRequest request, long limitBytes) {
        var wire = new WireStream(request, checked(request, limitBytes));
        var encoding = Encodings.ofRequest(request.getHeaders());
        return encoding == null ? wire : InflatedStream.of(encoding, wire, request, limitBytes);
    }

    private static byte[] read(MeteredRequest request, long limitBytes) {
        if (Encodings.ofRequest(request.getHeaders()) == null) {
            return new WholeBody(request, limitBytes).await();
        }
        try (var stream = stream(request, limitBytes)) {
            var whole = new ByteArrayOutputStream();
            var piece = new byte[PIECE_BYTES];
            for (int count = stream.read(piece); count >= 0; count = stream.read(piece)) {
                request.hold(count);
                whole.write(piece, 0, count);
            }
            return whole.toByteArray();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static long checked(MeteredRequest request, long limitBytes) {
        if (request.getLength() > limitBytes) {
            throw MeteredRequest.tooLarge(limitBytes);
        }
        return limitBytes;
    }

    /// The next piece; waits for it.
    private static Content.Chunk next(MeteredRequest request) {
        while (true) {
            var chunk = request.read();
            if (chunk == null) {
                await(request);
            } else if (Content.Chunk.isFailure(chunk)) {
                throw WholeBody.rethrown(chunk.getFailure());
            } else {
                return chunk;
            }
        }
    }

    private static void await(MeteredRequest request) {
        try (var arrival = Blocker.runnable()) {
            request.demand(arrival);
            arrival.block();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// The bytes of the wire, one piece after the other.
    private static final class WireStream extends InputStream {
        private final MeteredRequest request;
        private final long limitBytes;
        private Content.Chunk chunk = Content.Chunk.EMPTY;

        WireStream(MeteredRequest request, long limitBytes) {
            this.request = request;
            this.limitBytes = limitBytes;
        }

        @Override
        public int read() {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            while (length > 0 && !chunk.hasRemaining()) {
                if (chunk.isLast()) {
                    return -1;
                }
                close();
                chunk = next(request);
                if (request.bytesRead() > limitBytes) {
                    throw MeteredRequest.tooLarge(limitBytes);
                }
            }
            ByteBuffer content = chunk.getByteBuffer();
            int count = Math.min(length, content.remaining());
            content.get(target, offset, count);
            return count;
        }

        @Override
        public void close() {
            chunk.release();
            chunk = chunk.isLast() ? Content.Chunk.EOF : Content.Chunk.EMPTY;
        }
    }
}
