package io.matih.inference.server.http;

import java.time.Duration;

/// What one client may ask of the HTTP listener.
///
/// @param bodyBytes the largest body of a route that sets no limit of its own, before and after
///   decompression
/// @param predictBodyBytes the same for a prediction
/// @param inflationRatio how many bytes one compressed byte may become
/// @param headerBytes request line and headers together
/// @param headerCount number of header fields
/// @param uriBytes path and query
/// @param idleTimeout how long a connection may be silent
/// @param headerTimeout from a request's first byte to the end of its headers
/// @param bodyBytesPerSecond the least average speed of a body
/// @param bodyGrace how long a body may be slower than that
/// @param connections how many it takes
/// @param heldBytes bytes of bodies that all requests together may hold in memory
/// @param chunks pieces a body may come in, where they average less than 256 bytes
public record HttpLimits(
        long bodyBytes,
        long predictBodyBytes,
        int inflationRatio,
        int headerBytes,
        int headerCount,
        int uriBytes,
        Duration idleTimeout,
        Duration headerTimeout,
        long bodyBytesPerSecond,
        Duration bodyGrace,
        ConnectionLimits connections,
        long heldBytes,
        int chunks) {

    private static final long MIB = 1024 * 1024;

    public HttpLimits withBodies(long ofAnyRoute, long ofPredictions) {
        return new HttpLimits(
                ofAnyRoute,
                ofPredictions,
                inflationRatio,
                headerBytes,
                headerCount,
                uriBytes,
                idleTimeout,
                headerTimeout,
                bodyBytesPerSecond,
                bodyGrace,
                connections,
                heldBytes,
                chunks);
    }

    public static HttpLimits defaults() {
        return new HttpLimits(
                64 * MIB,
                16 * MIB,
                100,
                16 * 1024,
                100,
                4 * 1024,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                1024,
                Duration.ofSeconds(10),
                ConnectionLimits.defaults(),
                Math.max(64 * MIB, Runtime.getRuntime().maxMemory() / 4),
                65_536);
    }
}
