package io.matih.inference.server.cli;

/// A server that serves.
public interface RunningServer extends AutoCloseable {
    /// Where clients reach it: `http://127.0.0.1:8080`.
    String httpUrl();

    /// Where gRPC clients reach it: `127.0.0.1:8081`.
    String grpcAddress();

    /// Blocks until the server is closed.
    void awaitShutdown() throws InterruptedException;

    /// Takes no new requests, lets those under way finish for `drain.timeout`, then stops.
    @Override
    void close();
}
