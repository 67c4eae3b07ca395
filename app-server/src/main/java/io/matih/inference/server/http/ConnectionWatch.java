package io.matih.inference.server.http;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Watches connections for what Jetty's idle timeout cannot see: too many from one address, headers
/// that arrive byte by byte and never end, and clients that leave before their answer.
///
/// A connection rests while no request is served on it. Bytes that arrive while it rests are the
/// beginning of a request; a sweep that finds such bytes starts the clock, the request's handling
/// stops it.
final class ConnectionWatch extends AbstractLifeCycle implements Connection.Listener {
    private static final int SWEEPS_PER_TIMEOUT = 20;

    private final Connector connector;
    private final HttpLimits limits;
    private final Map<Connection, Watched> watched = new ConcurrentHashMap<>();
    private final Map<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();
    private volatile Scheduler.@Nullable Task sweep;

    ConnectionWatch(Connector connector, HttpLimits limits) {
        this.connector = connector;
        this.limits = limits;
    }

    @Override
    public void onOpened(Connection connection) {
        var address = address(connection);
        if (watched.putIfAbsent(connection, new Watched(address)) != null || address == null) {
            return;
        }
        if (perAddress.merge(address, 1, Integer::sum) > limits.connections().of(address)) {
            connection.getEndPoint().close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        var known = watched.remove(connection);
        if (known != null && known.address != null) {
            perAddress.computeIfPresent(known.address, (_, count) -> count == 1 ? null : count - 1);
        }
    }

    /// A request has come in whole, as far as its headers go.
    void serving(Connection connection) {
        var known = watched.get(connection);
        if (known != null) {
            known.serving = true;
        }
    }

    /// Its answer has gone out.
    void resting(Connection connection) {
        var known = watched.get(connection);
        if (known != null) {
            known.rest(connection.getBytesIn());
        }
    }

    /// What is to be done when the client of the request that is being served leaves. Replaces what
    /// was said before; forgotten with the answer.
    void whenClientLeaves(Connection connection, Runnable action) {
        var known = watched.get(connection);
        if (known != null) {
            known.whenLeft = action;
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        schedule();
    }

    @Override
    protected void doStop() throws Exception {
        var next = sweep;
        if (next != null) {
            next.cancel();
        }
        super.doStop();
    }

    private void schedule() {
        var pause = limits.headerTimeout().dividedBy(SWEEPS_PER_TIMEOUT);
        sweep =
                connector
                        .getScheduler()
                        .schedule(this::sweep, pause.toMillis() + 1, TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        try {
            watched.forEach(this::sweep);
        } finally {
            if (isRunning()) {
                schedule();
            }
        }
    }

    private void sweep(Connection connection, Watched known) {
        if (known.isOverdue(connection.getBytesIn(), limits.headerTimeout())) {
            connection.getEndPoint().close(new TimeoutException("headers"));
        }
        var whenLeft = known.whenLeft;
        if (whenLeft != null
                && connection.getEndPoint() instanceof WatchedEndPoint endPoint
                && endPoint.clientHasLeft()) {
            known.whenLeft = null;
            whenLeft.run();
        }
    }

    private static @Nullable InetAddress address(Connection connection) {
        return connection.getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress remote
                ? remote.getAddress()
                : null;
    }

    /// `serving` is set by the request's thread, the rest belongs to the sweep and the moment of
    /// resting; a sweep that reads an old value errs by one round.
    private static final class Watched {
        private final @Nullable InetAddress address;
        private volatile boolean serving;
        private volatile long bytesAtRest;
        private volatile long headersSince;
        private volatile boolean headersBegun;
        private volatile @Nullable Runnable whenLeft;

        Watched(@Nullable InetAddress address) {
            this.address = address;
        }

        void rest(long bytesIn) {
            bytesAtRest = bytesIn;
            headersBegun = false;
            whenLeft = null;
            serving = false;
        }

        boolean isOverdue(long bytesIn, Duration timeout) {
            if (serving || bytesIn == bytesAtRest) {
                headersBegun = false;
                return false;
            }
            if (!headersBegun) {
                headersBegun = true;
                headersSince = System.nanoTime();
            }
            return System.nanoTime() - headersSince > timeout.toNanos();
        }
    }
}
