package io.matih.inference.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/// A body in one of the content codings.
final class CompressedBody {
    private CompressedBody() {}

    static ByteBuffer of(List<ByteBuffer> parts, String encoding) {
        var compressed = new ByteArrayOutputStream();
        try (var compressor = compressor(compressed, encoding)) {
            for (var part : parts) {
                var bytes = new byte[part.remaining()];
                part.get(bytes);
                compressor.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory", e);
        }
        return ByteBuffer.wrap(compressed.toByteArray());
    }

    static DeflaterOutputStream compressor(ByteArrayOutputStream target, String encoding)
            throws IOException {
        return encoding.equals(Encodings.GZIP)
                ? new GZIPOutputStream(target)
                : new DeflaterOutputStream(target);
    }
}
