package io.matih.inference.server.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/// Answers one request after its head alone, and never asks for the body.
final class RefusingServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final CompletableFuture<String> head;

    RefusingServer(String status, String body) throws IOException {
        head = CompletableFuture.supplyAsync(() -> answer(status, body));
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    /// The request line and headers.
    String head() {
        return head.join();
    }

    private String answer(String status, String body) {
        try (var connection = socket.accept()) {
            var head = new StringBuilder();
            var in = connection.getInputStream();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            var answer =
                    "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                            .formatted(status, body.length(), body);
            connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            return head.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
