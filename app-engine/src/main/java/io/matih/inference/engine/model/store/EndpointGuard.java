package io.matih.inference.engine.model.store;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;

/// Keeps each request, each try of it, away from addresses that only this machine's cloud answers
/// on: link-local ones, where instance metadata and credentials are. The connection made next gets
/// the very answer judged here, from the Java runtime's name cache.
final class EndpointGuard implements ExecutionInterceptor {
    /// `fd00:ec2::254`, AWS's instance metadata service over IPv6.
    private static final byte[] METADATA_V6 = {
        (byte) 0xfd, 0, 0x0e, (byte) 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54
    };

    private final @Nullable URI endpoint;

    /// @param endpoint its host is allowed as it is written, even where that is such an address
    EndpointGuard(@Nullable URI endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public void beforeTransmission(
            Context.BeforeTransmission context, ExecutionAttributes attributes) {
        check(context.httpRequest().host());
    }

    /// @throws ServingException `URL_NOT_ALLOWED`
    void check(String host) {
        if (isWrittenAddress(host) && endpoint != null && host.equals(endpoint.getHost())) {
            return;
        }
        try {
            if (Arrays.stream(InetAddress.getAllByName(host)).anyMatch(EndpointGuard::isInternal)) {
                throw new ServingException(
                        ErrorCode.URL_NOT_ALLOWED,
                        "the S3 server's name leads to a link-local address");
            }
        } catch (UnknownHostException e) {
            // Connecting will fail with the same answer, and report it.
        }
    }

    /// In the usual form: `169.254.1.1`, not as one number, which nobody recognizes.
    private static boolean isWrittenAddress(String host) {
        return host.startsWith("[") || host.matches("[0-9]+(?:\\.[0-9]+){3}");
    }

    private static boolean isInternal(InetAddress address) {
        return address.isLinkLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || Arrays.equals(address.getAddress(), METADATA_V6);
    }
}
