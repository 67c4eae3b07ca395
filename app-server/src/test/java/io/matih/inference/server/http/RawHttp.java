package io.matih.inference.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// A connection that sends whatever it is told, well-formed or not.
public final class RawHttp implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    public RawHttp(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    public RawHttp send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawHttp send(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
        return this;
    }

    /// The next answer, as long as its `Content-Length` says.
    public RawAnswer answer() throws IOException {
        var head = head();
        var answer = RawAnswer.ofHead(head);
        var body = answer.hasBody() ? body(answer) : new byte[0];
        return answer.with(body);
    }

    /// The head alone, as a `HEAD` request gets it.
    RawAnswer headOnly() throws IOException {
        return RawAnswer.ofHead(head());
    }

    private byte[] body(RawAnswer answer) throws IOException {
        var length = answer.header("Content-Length");
        return length == null
                ? RawAnswer.unchunked(socket.getInputStream(), answer)
                : socket.getInputStream().readNBytes(Integer.parseInt(length));
    }

    private String head() throws IOException {
        var bytes = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after '" + bytes + "'");
            }
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /// Whether the server ends the connection, within the patience of the socket.
    boolean isClosed() throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // What is left of the answer does not matter.
            }
            return true;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (SocketException _) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
