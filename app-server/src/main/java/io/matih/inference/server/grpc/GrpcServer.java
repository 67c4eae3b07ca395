package io.matih.inference.server.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.matih.inference.server.security.BindPolicy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The running gRPC listener. Calls run on virtual threads. The health service (`grpc.health.v1`)
/// answers for the server as a whole.
public final class GrpcServer {
    /// Calls one connection may cancel within the window; more is the rapid-reset attack.
    private static final int RESETS = 1000;

    private static final int RESET_WINDOW_SECONDS = 10;

    private final Server server;
    private final HealthStatusManager health;
    private final ExecutorService calls;

    private GrpcServer(Server server, HealthStatusManager health, ExecutorService calls) {
        this.server = server;
        this.health = health;
        this.calls = calls;
    }

    /// Binds and serves, healthy from the start.
    ///
    /// @param services what it serves beside health
    /// @throws io.matih.inference.server.security.BindRefusedException if others could reach it
    /// @throws UncheckedIOException if the port is taken
    public static GrpcServer start(GrpcSettings settings, List<BindableService> services) {
        var address =
                new InetSocketAddress(
                        BindPolicy.check("grpc.host", settings.host()), settings.port());
        var health = new HealthStatusManager();
        var calls =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("grpc-call-", 0).factory());
        var builder =
                NettyServerBuilder.forAddress(address)
                        .executor(calls)
                        .maxInboundMessageSize(settings.messageBytes())
                        .maxInboundMetadataSize(settings.metadataBytes())
                        .maxConcurrentCallsPerConnection(settings.streamsPerConnection())
                        .maxRstFramesPerWindow(RESETS, RESET_WINDOW_SECONDS)
                        .permitKeepAliveTime(settings.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .addService(health.getHealthService());
        services.forEach(builder::addService);
        try {
            return new GrpcServer(builder.build().start(), health, calls);
        } catch (IOException failure) {
            calls.close();
            throw new UncheckedIOException(failure);
        }
    }

    public int port() {
        return server.getPort();
    }

    /// What the health service says from now on. Once the server stops it says no.
    public void health(boolean serving) {
        health.setStatus(
                HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
                serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    /// Says that it is going and takes no new call, waits for those that run, and closes.
    ///
    /// @param drain how long to wait at most
    public void stop(Duration drain) {
        health.enterTerminalState();
        server.shutdown();
        try {
            if (!server.awaitTermination(drain.toNanos(), TimeUnit.NANOSECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException _) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        calls.shutdown();
    }
}
