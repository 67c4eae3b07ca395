package io.matih.inference.server.security;

import io.matih.inference.engine.error.ServingException;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Which addresses a listener may bind. Without keys and TLS that is this machine alone: whoever
/// reaches the port may do everything.
public final class BindPolicy {
    private BindPolicy() {}

    /// The address to bind.
    ///
    /// @param setting the setting's name, for the message
    /// @param host a name or an address
    /// @throws BindRefusedException if anyone but this machine could reach it
    public static InetAddress check(String setting, String host) {
        var address = resolve(setting, host);
        if (!address.isLoopbackAddress()) {
            throw new BindRefusedException(
                    ("%s: '%s' can be reached from other machines, which needs TLS and API keys;"
                                    + " use 127.0.0.1, ::1 or localhost")
                            .formatted(setting, ServingException.clip(host)));
        }
        return address;
    }

    private static InetAddress resolve(String setting, String host) {
        if (host.isBlank()) {
            throw new BindRefusedException("%s: no address given".formatted(setting));
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException _) {
            throw new BindRefusedException(
                    "%s: '%s' is no address of this machine"
                            .formatted(setting, ServingException.clip(host)));
        }
    }
}
