package io.matih.inference.server.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/// One keep-alive connection: connecting, idle, or waiting for one answer. Its worker's thread
/// only.
final class Connection {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SelectionKey key;
    private final LoadPlan plan;
    private final ResponseReader response = new ResponseReader();
    private int next;
    private LoadRequest request;
    private ByteBuffer unsent = NOTHING;
    private boolean busy;
    private long due;
    private long sent;

    private Connection(SocketChannel channel, Selector selector, LoadPlan plan, int first)
            throws IOException {
        this.channel = channel;
        this.plan = plan;
        this.next = first % plan.requests().size();
        this.request = plan.requests().get(next);
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        boolean connected = channel.connect(plan.server());
        key =
                channel.register(
                        selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
    }

    /// @param first which request it begins with
    static Connection open(Selector selector, LoadPlan plan, int first) throws IOException {
        var channel = SocketChannel.open();
        try {
            return new Connection(channel, selector, plan, first);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    boolean isConnecting() {
        return key.isValid() && (key.interestOps() & SelectionKey.OP_CONNECT) != 0;
    }

    void finishConnect() throws IOException {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
    }

    /// @param dueNanos when the request should have started
    void send(long dueNanos, long nowNanos) throws IOException {
        request = plan.requests().get(next);
        next = (next + 1) % plan.requests().size();
        unsent = request.bytes();
        response.clear();
        busy = true;
        due = dueNanos;
        sent = nowNanos;
        write();
    }

    void write() throws IOException {
        channel.write(unsent);
        int wanted =
                unsent.hasRemaining()
                        ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                        : SelectionKey.OP_READ;
        if (key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }

    /// Takes what has come.
    ///
    /// @param buffer for passing bytes on; of the worker
    /// @return whether the answer is complete
    /// @throws IOException also where the server has closed the connection
    boolean read(ByteBuffer buffer) throws IOException {
        buffer.clear();
        if (channel.read(buffer) < 0) {
            throw new IOException("closed by the server");
        }
        response.append(buffer.flip());
        return busy && response.complete();
    }

    ResponseReader response() {
        return response;
    }

    LoadRequest request() {
        return request;
    }

    boolean isBusy() {
        return busy;
    }

    void rest() {
        busy = false;
    }

    long due() {
        return due;
    }

    /// When the request really started.
    long sent() {
        return sent;
    }

    void close() {
        key.cancel();
        try {
            channel.close();
        } catch (IOException _) {
            // It is given up anyhow.
        }
    }
}
