package io.matih.inference.server.grpc;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The threads of the gRPC listener: those that read and write all connections, on which calls are
/// handled as far as that takes no waiting, and virtual ones for the rest.
public final class GrpcThreads implements AutoCloseable {
    private static final long CLOSE_MILLIS = 1000;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group;
    private final List<EventExecutor> loops = new ArrayList<>();
    private final ExecutorService waiting =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-call-", 0).factory());

    public GrpcThreads() {
        group =
                new MultiThreadIoEventLoopGroup(
                        Runtime.getRuntime().availableProcessors(),
                        Thread.ofPlatform().name("grpc-io-", 0).daemon().factory(),
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        group.forEach(loops::add);
    }

    EventLoopGroup group() {
        return group;
    }

    ServerChannel newListener() {
        return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    }

    /// Where work is done that may wait.
    Executor waiting() {
        return waiting;
    }

    /// The calling thread, if it reads connections.
    @Nullable EventExecutor reading() {
        for (var loop : loops) {
            if (loop.inEventLoop()) {
                return loop;
            }
        }
        return null;
    }

    @Override
    public void close() {
        waiting.shutdown();
        var _ = group.shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
