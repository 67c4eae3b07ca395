package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DeflaterOutputStream;

/// An answer compressed on its way out, for a client that asked for it. Small ones, streams of
/// events and what is compressed already go out as they are.
final class CompressedResponse extends Response.Wrapper {

    private final String encoding;
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    private boolean begun;
    private @Nullable DeflaterOutputStream compressor;

    CompressedResponse(Request request, Response response, String encoding) {
        super(request, response);
        this.encoding = encoding;
        // The native memory behind a compressor whose answer is never finished.
        Request.addCompletionListener(request, _ -> close());
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer content, Callback callback) {
        try {
            if (!begun) {
                begun = true;
                begin(last, content);
            }
            if (compressor == null) {
                super.write(last, content, callback);
            } else {
                write(compressor, last, content, callback);
            }
        } catch (IOException failure) {
            callback.failed(failure);
        }
    }

    private void begin(boolean last, @Nullable ByteBuffer content) throws IOException {
        boolean small = last && (content == null || content.remaining() < Encodings.WORTH_BYTES);
        if (small || isCommitted() || !compressible()) {
            return;
        }
        getHeaders().put(HttpHeader.CONTENT_ENCODING, encoding);
        getHeaders().add(HttpHeader.VARY, HttpHeader.ACCEPT_ENCODING.asString());
        getHeaders().remove(HttpHeader.CONTENT_LENGTH);
        compressor = CompressedBody.compressor(compressed, encoding);
    }

    private boolean compressible() {
        var type = getHeaders().get(HttpHeader.CONTENT_TYPE);
        return !getHeaders().contains(HttpHeader.CONTENT_ENCODING)
                && (type == null || Encodings.helps(type));
    }

    private void write(
            DeflaterOutputStream stream,
            boolean last,
            @Nullable ByteBuffer content,
            Callback callback)
            throws IOException {
        if (content != null && content.hasRemaining()) {
            var bytes = new byte[content.remaining()];
            content.get(bytes);
            stream.write(bytes);
        }
        if (last) {
            stream.close();
        }
        var ready = ByteBuffer.wrap(compressed.toByteArray());
        compressed.reset();
        super.write(last, ready, callback);
    }

    private void close() {
        if (compressor != null) {
            try {
                compressor.close();
            } catch (IOException _) {
                // It writes to memory.
            }
        }
    }
}
