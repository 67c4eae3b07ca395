package io.matih.inference.server.grpc;

import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.matih.inference.server.http.HeldBytes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/// The running gRPC listener. Calls start on the threads that read connections, so that a request
/// for inference is not handed over before it is executed; whatever waits goes elsewhere.
/// Reflection tells clients without our `.proto` files what is served.
public final class GrpcServer {
    /// Calls one connection may cancel within the window; more is the rapid-reset attack.
    private static final int RESETS = 1000;

    private static final int RESET_WINDOW_SECONDS = 10;

    /// From a connection's first byte until it speaks HTTP/2.
    private static final int HANDSHAKE_SECONDS = 10;

    /// After so long without a call a connection gives way to others; clients open another by
    /// themselves.
    private static final int IDLE_MINUTES = 10;

    /// What one client does wrong is no news for the log; it would fill it.
    private static final Logger OF_CONNECTIONS =
            Logger.getLogger(NettyServerBuilder.class.getPackageName());

    private final Server server;
    private final GrpcServices services;

    private GrpcServer(Server server, GrpcServices services) {
        this.server = server;
        this.services = services;
    }

    /// Binds and serves.
    ///
    /// @param threads outlive the server
    /// @param held what all requests hold in memory, over whichever protocol they come
    /// @throws io.matih.inference.server.security.BindRefusedException if others could reach it
    /// @throws UncheckedIOException if the port is taken
    @SuppressWarnings("deprecation") // older clients ask for the first version of reflection
    public static GrpcServer start(
            GrpcSettings settings, GrpcThreads threads, HeldBytes held, GrpcServices services) {
        OF_CONNECTIONS.setLevel(Level.SEVERE);
        var builder =
                NettyServerBuilder.forAddress(settings.address())
                        .bossEventLoopGroup(threads.group())
                        .workerEventLoopGroup(threads.group())
                        .channelFactory(
                                () -> {
                                    var listener = threads.newListener();
                                    listener.pipeline()
                                            .addLast(new ConnectionCap(settings.connections()));
                                    return listener;
                                })
                        .directExecutor()
                        .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                        .maxInboundMessageSize(settings.messageBytes())
                        .maxInboundMetadataSize(settings.metadataBytes())
                        .maxConcurrentCallsPerConnection(settings.streamsPerConnection())
                        .maxRstFramesPerWindow(RESETS, RESET_WINDOW_SECONDS)
                        .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
                        .permitKeepAliveTime(settings.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .decompressorRegistry(
                                DecompressorRegistry.getDefaultInstance().with(new Deflate(), true))
                        .addStreamTracerFactory(HeldMessages.counting(held))
                        .addService(ProtoReflectionServiceV1.newInstance())
                        .addService(ProtoReflectionService.newInstance());
        services.definitions().forEach(builder::addService);
        try {
            return new GrpcServer(builder.build().start(), services);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public int port() {
        return server.getPort();
    }

    /// Says that it is going and takes no new call, waits for those that run, and closes.
    ///
    /// @param drain how long to wait at most
    public void stop(Duration drain) {
        services.drain();
        server.shutdown();
        try {
            if (!server.awaitTermination(drain.toNanos(), TimeUnit.NANOSECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException _) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
