package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// A connection that knows a request again: what has the head of one that the ingress let in goes
/// to its handler at once. To parse, check and frame it anew takes longer than a small model's run.
///
/// While it is at rest it reads for itself. What it knows, and has whole, it serves; everything
/// else it puts back, for Jetty to read as if nothing had happened. Jetty's parser is therefore
/// always at the start of a request when this one reads, and a known request leaves no trace in it.
final class PromptConnection extends HttpConnection {
    private final KnownRequests requests;
    private final Callback reading = new Reading();
    private @Nullable KnownRequest known;

    /// Of the request that Jetty is about to read; the reading thread's.
    private byte @Nullable [] head;

    PromptConnection(
            HttpConfiguration http,
            Connector connector,
            EndPoint endPoint,
            KnownRequests requests) {
        super(http, connector, endPoint);
        this.requests = requests;
    }

    /// The head of the request that is being let in, the first time that it is asked for.
    byte @Nullable [] takeHead() {
        var taken = head;
        head = null;
        return taken;
    }

    /// @param again what the next request may be
    void know(@Nullable KnownRequest again) {
        known = again;
    }

    @Override
    public void onFillable() {
        if (!(getEndPoint() instanceof WatchedEndPoint endPoint)
                || !endPoint.selector().isCurrent()
                || !isAtRest()) {
            super.onFillable();
            return;
        }
        var buffer = endPoint.selector().buffer();
        int filled = fill(endPoint, buffer);
        if (filled == 0) {
            fillInterested(reading);
        } else if (filled < 0) {
            super.onFillable(); // finds the same, and ends the connection
        } else if (!served(buffer)) {
            head = RequestHead.of(buffer);
            endPoint.putBack(buffer);
            super.onFillable();
            head = null;
        }
    }

    private boolean isAtRest() {
        return getParser().isStart()
                && isRequestBufferEmpty()
                && getHttpChannel().getRequest() == null;
    }

    private static int fill(WatchedEndPoint endPoint, ByteBuffer buffer) {
        BufferUtil.clear(buffer);
        try {
            return endPoint.fill(buffer);
        } catch (IOException _) {
            return -1;
        }
    }

    private boolean served(ByteBuffer buffer) {
        var request = known;
        int start = request == null ? -1 : request.bodyOf(buffer);
        int length = buffer.limit() - start;
        if (request == null || start < 0 || !requests.enter(this, length)) {
            return false;
        }
        var body = new byte[length];
        buffer.get(start, body);
        var identity = RequestIdentity.minted();
        requests.serve(request, new KnownCarrier(request, identity, length), identity, body);
        return true;
    }

    /// Called when something has arrived; on the reading thread, for it waits for nothing.
    private final class Reading implements Callback {
        @Override
        public void succeeded() {
            onFillable();
        }

        @Override
        public void failed(Throwable failure) {
            onFillInterestedFailed(failure);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    /// The one answer of a request that this connection knew.
    private final class KnownCarrier implements Carrier, Callback {
        /// Up to here copying costs less than handing the parts to the system one by one.
        private static final int WORTH_JOINING = 16 * 1024;

        private final KnownRequest request;
        private final RequestIdentity identity;
        private final int bytes;
        private final AtomicBoolean answered = new AtomicBoolean();
        private @Nullable Runnable whenSent;
        private boolean last;

        private KnownCarrier(KnownRequest request, RequestIdentity identity, int bytes) {
            this.request = request;
            this.identity = identity;
            this.bytes = bytes;
        }

        @Override
        public HttpFields headers() {
            return request.headers();
        }

        @Override
        public String path() {
            return request.path();
        }

        @Override
        public @Nullable String query(String name) {
            return request.query().getValue(name);
        }

        @Override
        public Connection connection() {
            return PromptConnection.this;
        }

        @Override
        public void send(
                int status, HttpFields.Mutable headers, List<ByteBuffer> body, Runnable sent) {
            if (!answered.compareAndSet(false, true)) {
                throw new IllegalStateException("answered twice");
            }
            whenSent = sent;
            last = headers.contains(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
            headers.put(getServer().getDateField());
            identity.writeTo(headers);
            getEndPoint().write(this, parts(status, headers, body));
        }

        private ByteBuffer[] parts(int status, HttpFields headers, List<ByteBuffer> body) {
            int length = body.size() == 1 ? body.getFirst().remaining() : Integer.MAX_VALUE;
            if (length <= WORTH_JOINING) {
                var whole = ResponseHead.write(status, headers, length).put(body.getFirst());
                return new ByteBuffer[] {whole.flip()};
            }
            var parts = new ArrayList<ByteBuffer>(body.size() + 1);
            parts.add(ResponseHead.write(status, headers, 0).flip());
            parts.addAll(body);
            return parts.toArray(ByteBuffer[]::new);
        }

        @Override
        public void succeeded() {
            requests.leave(PromptConnection.this, bytes);
            if (whenSent != null) {
                whenSent.run();
            }
            if (last) {
                getEndPoint().close();
            } else {
                fillInterested(reading);
            }
        }

        @Override
        public void failed(Throwable failure) {
            requests.leave(PromptConnection.this, bytes);
            getEndPoint().close(failure);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
