package io.matih.inference.server.http;

import java.net.InetAddress;

/// How many connections one listener takes.
///
/// @param all open at once
/// @param perAddress open at once from one other machine
/// @param perLoopbackAddress the same for this machine, whose users share one address
public record ConnectionLimits(int all, int perAddress, int perLoopbackAddress) {
    public static ConnectionLimits defaults() {
        return new ConnectionLimits(1024, 64, 1024);
    }

    /// How many of them one client's machine may have.
    public int of(InetAddress address) {
        return address.isLoopbackAddress() ? perLoopbackAddress : perAddress;
    }
}
