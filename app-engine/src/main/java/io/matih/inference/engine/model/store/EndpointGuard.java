package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.apache.hc.client5.http.DnsResolver;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;

/// Looks names up for each connection to the S3 server, and keeps it away from addresses that only
/// this machine's cloud answers on: link-local ones, where instance metadata and credentials are.
/// The client connects to nothing but the very addresses judged here, and asks again for the next
/// connection. Any thread.
final class EndpointGuard implements DnsResolver {
    /// `fd00:ec2::254`, AWS's instance metadata service over IPv6.
    private static final byte[] METADATA_V6 = {
        (byte) 0xfd, 0, 0x0e, (byte) 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54
    };

    private final @Nullable URI endpoint;
    private final Names names;

    /// Where names are looked up.
    @FunctionalInterface
    interface Names {
        Names SYSTEM = InetAddress::getAllByName;

        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /// @param endpoint its host is allowed as it is written, even where that is such an address
    EndpointGuard(@Nullable URI endpoint, Names names) {
        this.endpoint = endpoint;
        this.names = names;
    }

    /// @throws ServingException `URL_NOT_ALLOWED` where one of the name's addresses is forbidden,
    ///   for which one is tried is for the network to decide
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        var addresses = names.addresses(host);
        if (!isConfigured(host) && Arrays.stream(addresses).anyMatch(EndpointGuard::isInternal)) {
            throw new ServingException(
                    ErrorCode.URL_NOT_ALLOWED,
                    "the S3 server's name leads to a link-local address");
        }
        return addresses;
    }

    /// Only authentication by Kerberos would ask for it.
    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    private boolean isConfigured(String host) {
        return endpoint != null
                && isWrittenAddress(endpoint.getHost())
                && unbracketed(host).equals(unbracketed(endpoint.getHost()));
    }

    /// In the usual form: `169.254.1.1`, not as one number, which nobody recognizes.
    private static boolean isWrittenAddress(String host) {
        return host.startsWith("[") || host.matches("[0-9]+(?:\\.[0-9]+){3}");
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static boolean isInternal(InetAddress address) {
        return address.isLinkLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || Arrays.equals(address.getAddress(), METADATA_V6);
    }
}
