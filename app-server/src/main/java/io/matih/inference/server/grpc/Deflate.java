package io.matih.inference.server.grpc;

import io.grpc.Decompressor;

import java.io.InputStream;
import java.util.zip.InflaterInputStream;

/// The message encoding `deflate`, the zlib format (RFC 1950), which grpc-java lacks and other
/// clients offer.
final class Deflate implements Decompressor {
    @Override
    public String getMessageEncoding() {
        return "deflate";
    }

    @Override
    public InputStream decompress(InputStream compressed) {
        return new InflaterInputStream(compressed);
    }
}
