package io.matih.inference.server.http;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/// A compressed body, decompressed while it is read and never further than its limits.
final class InflatedStream extends FilterInputStream {
    /// Small bodies may well shrink by more than the ratio: one repeated line does.
    private static final long RATIO_FLOOR = 1024 * 1024;

    private static final int BUFFER_BYTES = 8192;

    private final MeteredRequest request;
    private final long limitBytes;
    private long bytes;

    private InflatedStream(InputStream inflated, MeteredRequest request, long limitBytes) {
        super(inflated);
        this.request = request;
        this.limitBytes = limitBytes;
    }

    /// @param encoding `gzip` or `deflate`; the latter is the zlib form (RFC 9110, section 8.4.1.2)
    static InputStream of(
            String encoding, InputStream compressed, MeteredRequest request, long limitBytes) {
        try {
            var inflated =
                    encoding.equals(Encodings.GZIP)
                            ? new GZIPInputStream(compressed, BUFFER_BYTES)
                            : new InflaterInputStream(compressed);
            return new InflatedStream(inflated, request, limitBytes);
        } catch (IOException broken) {
            throw malformed(broken);
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int read;
        try {
            read = super.read(target, offset, length);
        } catch (ZipException | EOFException broken) {
            throw malformed(broken);
        }
        bytes += Math.max(0, read);
        if (bytes > limitBytes) {
            throw MeteredRequest.tooLarge(limitBytes);
        }
        checkRatio();
        return read;
    }

    @Override
    public long skip(long count) throws IOException {
        // Skipped bytes count as well.
        return Math.max(0, read(new byte[Math.clamp(count, 0, BUFFER_BYTES)]));
    }

    private void checkRatio() {
        if (bytes > RATIO_FLOOR && bytes / request.inflationRatio() > request.bytesRead()) {
            throw new ServingException(
                    ErrorCode.BODY_TOO_LARGE,
                    "the body becomes more than %d times larger when decompressed"
                            .formatted(request.inflationRatio()));
        }
    }

    private static ServingException malformed(IOException broken) {
        return new ServingException(
                ErrorCode.MALFORMED_REQUEST,
                "the body is not what its Content-Encoding says",
                broken);
    }
}
