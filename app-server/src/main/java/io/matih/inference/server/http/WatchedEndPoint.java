package io.matih.inference.server.http;

import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/// One client's connection, which can be asked whether the client is still there.
///
/// While a request is being served nobody reads, so nobody would notice that the client has left.
/// To find out one must read; what is read instead of the end, which only a client that sends its
/// next request early lets happen, is kept and handed over when the connection is read next.
final class WatchedEndPoint extends SocketChannelEndPoint {
    private static final int PEEK_BYTES = 64;

    private final PromptSelector selector;
    private @Nullable ByteBuffer early;

    WatchedEndPoint(
            SocketChannel channel, PromptSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
        this.selector = selector;
    }

    PromptSelector selector() {
        return selector;
    }

    /// Whether the client has closed its side. Any thread, while a request is being served.
    boolean clientHasLeft() {
        synchronized (this) {
            if (early != null) {
                return false;
            }
            var peek = ByteBuffer.allocate(PEEK_BYTES);
            try {
                if (getChannel().read(peek) < 0) {
                    return true;
                }
            } catch (IOException _) {
                return true;
            }
            if (peek.position() == 0) {
                return false;
            }
            early = peek.flip();
        }
        // Had the request been answered meanwhile, no selection would tell of these bytes any more.
        selector.later(() -> getFillInterest().fillable());
        return false;
    }

    /// What was read, but for somebody else: the next to read finds it again.
    ///
    /// @param bytes copied
    void putBack(ByteBuffer bytes) {
        var kept = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        synchronized (this) {
            early = kept;
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        synchronized (this) {
            var kept = early;
            if (kept == null) {
                return super.fill(buffer);
            }
            // The buffer is in Jetty's flush mode: what it holds lies between position and limit.
            int end = buffer.limit();
            int count = Math.min(kept.remaining(), buffer.capacity() - end);
            buffer.limit(end + count);
            buffer.put(end, kept, kept.position(), count);
            kept.position(kept.position() + count);
            early = kept.hasRemaining() ? kept : null;
            return count;
        }
    }

    @Override
    protected void needsFillInterest() {
        boolean kept;
        synchronized (this) {
            kept = early != null;
        }
        if (kept) {
            selector.later(() -> getFillInterest().fillable());
        } else {
            super.needsFillInterest();
        }
    }
}
