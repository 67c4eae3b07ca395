package io.matih.inference.server.grpc;

import io.matih.inference.server.http.ConnectionLimits;
import io.matih.inference.server.security.BindPolicy;

import java.net.InetSocketAddress;
import java.time.Duration;

/// Where the gRPC listener listens and what one client may ask of it.
///
/// @param host the name or address to bind
/// @param port the port to bind; 0 takes a free one
/// @param messageBytes the largest message that is taken in
/// @param metadataBytes the largest header list of a call
/// @param streamsPerConnection calls at once on one connection
/// @param connections how many it takes
/// @param keepAlive how often a client may ping, also between calls
public record GrpcSettings(
        String host,
        int port,
        int messageBytes,
        int metadataBytes,
        int streamsPerConnection,
        ConnectionLimits connections,
        Duration keepAlive) {

    /// @throws io.matih.inference.server.security.BindRefusedException if others could reach it
    InetSocketAddress address() {
        return new InetSocketAddress(BindPolicy.check("grpc.host", host), port);
    }

    public static GrpcSettings defaults() {
        return new GrpcSettings(
                "127.0.0.1",
                8081,
                64 * 1024 * 1024,
                8 * 1024,
                100,
                ConnectionLimits.defaults(),
                Duration.ofSeconds(10));
    }
}
