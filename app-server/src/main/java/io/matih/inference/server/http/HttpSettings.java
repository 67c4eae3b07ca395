package io.matih.inference.server.http;

import java.util.Set;

/// Where the HTTP listener listens and to whom.
///
/// @param host the name or address to bind
/// @param port the port to bind; 0 takes a free one
/// @param allowedHosts names it answers to beside those of the loopback interface
/// @param allowedOrigins web pages that may use it beside its own
/// @param limits what one client may ask of it
public record HttpSettings(
        String host,
        int port,
        Set<String> allowedHosts,
        Set<String> allowedOrigins,
        HttpLimits limits) {

    public HttpSettings {
        allowedHosts = Set.copyOf(allowedHosts);
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    public static HttpSettings defaults() {
        return new HttpSettings("127.0.0.1", 8080, Set.of(), Set.of(), HttpLimits.defaults());
    }
}
