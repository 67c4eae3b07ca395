package io.matih.inference.server.security;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// The host names the server answers to. A web page whose own name is made to resolve to 127.0.0.1
/// sends that name, and this is where it is told apart. The port is not compared: a forwarded port
/// is honest, and a rebound name cannot hide behind one.
public final class HostPolicy {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> allowed;

    /// @param names further names or addresses, without port; IPv6 addresses in brackets
    public HostPolicy(Set<String> names) {
        allowed =
                Stream.concat(LOOPBACK.stream(), names.stream())
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(toUnmodifiableSet());
    }

    /// @param host the `Host` header, port and all
    /// @throws ServingException `HOST_NOT_ALLOWED`
    public void check(@Nullable String host) {
        if (host == null || !allowed.contains(name(host))) {
            throw new ServingException(
                    ErrorCode.HOST_NOT_ALLOWED,
                    host == null
                            ? "a Host header is needed"
                            : "this server does not answer to the host '%s'"
                                    .formatted(ServingException.clip(host)));
        }
    }

    private static String name(String host) {
        int colon = host.lastIndexOf(':');
        boolean port = colon >= 0 && colon > host.lastIndexOf(']');
        return (port ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
    }
}
