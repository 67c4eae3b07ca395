package io.matih.inference.server.http;

import org.eclipse.jetty.io.Connection;

import java.util.concurrent.Executor;

/// Lets requests in that their connection knows already: what may have changed since is asked, and
/// what is counted is counted, as the ingress does.
final class KnownRequests {
    private final InFlight inFlight;
    private final HeldBytes held;
    private final ConnectionWatch connections;
    private final Executor threads;

    KnownRequests(
            InFlight inFlight, HeldBytes held, ConnectionWatch connections, Executor threads) {
        this.inFlight = inFlight;
        this.held = held;
        this.connections = connections;
        this.threads = threads;
    }

    /// @return whether it was let in; what was not finds out why from the ingress
    boolean enter(Connection connection, long bytes) {
        if (!held.tryTake(bytes)) {
            return false;
        }
        if (!inFlight.tryEnter()) {
            held.giveBack(bytes);
            return false;
        }
        connections.serving(connection);
        return true;
    }

    /// The other end of `enter`.
    void leave(Connection connection, long bytes) {
        connections.resting(connection);
        inFlight.leave();
        held.giveBack(bytes);
    }

    void serve(KnownRequest known, Carrier carrier, RequestIdentity identity, byte[] body) {
        new DirectExchange(carrier, known.route(), known.handler(), identity, threads, connections)
                .begin(body);
    }
}
