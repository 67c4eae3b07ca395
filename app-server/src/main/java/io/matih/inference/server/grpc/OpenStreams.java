package io.matih.inference.server.grpc;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The streams there are, so that a drain need not wait for clients that keep theirs open. Any
/// thread.
final class OpenStreams {
    private final Set<StreamCall> open = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    void add(StreamCall stream) {
        open.add(stream);
        if (draining) {
            stream.drain();
        }
    }

    void remove(StreamCall stream) {
        open.remove(stream);
    }

    /// Streams answer what they have, and end.
    void drain() {
        draining = true;
        open.forEach(StreamCall::drain);
    }
}
