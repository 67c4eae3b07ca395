package io.matih.inference.engine.model.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/// A web server that answers every request with what the test writes, however wrong.
final class RawServer implements AutoCloseable {
    /// Writes one answer to a request line such as `GET /models/m.onnx HTTP/1.1`.
    @FunctionalInterface
    interface Answer {
        void write(String requestLine, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final Answer answer;
    private final AtomicInteger connections = new AtomicInteger();

    RawServer(Answer answer) {
        this(InetAddress.getLoopbackAddress(), 0, answer);
    }

    /// @param port 0 for a free one
    RawServer(InetAddress address, int port, Answer answer) {
        this.answer = answer;
        try {
            socket = new ServerSocket(port, 50, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    static RawServer of(String head, String body) {
        return new RawServer((_, out) -> out.write((head + "\r\n\r\n" + body).getBytes(US_ASCII)));
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    int port() {
        return socket.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                var client = socket.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
            var requestLine = in.readLine();
            for (var line = requestLine; line != null && !line.isEmpty(); ) {
                line = in.readLine();
            }
            if (requestLine != null) {
                answer.write(requestLine, client.getOutputStream());
            }
        } catch (IOException e) {
            // The client has seen enough.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
