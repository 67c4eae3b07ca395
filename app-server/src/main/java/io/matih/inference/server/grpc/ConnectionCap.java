package io.matih.inference.server.grpc;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler.Sharable;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.matih.inference.server.http.ConnectionLimits;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Closes connections that are too many, before anything is read from them: it stands in front of
/// all else in the pipeline of the listening channel, which delivers each new connection.
@Sharable
final class ConnectionCap extends ChannelInboundHandlerAdapter {
    private final ConnectionLimits limits;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

    ConnectionCap(ConnectionLimits limits) {
        this.limits = limits;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof Channel connection
                && connection.remoteAddress() instanceof InetSocketAddress remote) {
            var address = remote.getAddress();
            int open = all.incrementAndGet();
            int here = perAddress.merge(address, 1, Integer::sum);
            if (open > limits.all() || here > limits.of(address)) {
                closed(address);
                connection.unsafe().closeForcibly(); // no loop has it yet, which `close` needs
                return;
            }
            var _ = connection.closeFuture().addListener(_ -> closed(address));
        }
        super.channelRead(context, message);
    }

    private void closed(InetAddress address) {
        all.decrementAndGet();
        perAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
    }
}
