package io.matih.inference.server.bench;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// What load to put on which server, and for how long.
///
/// @param requests sent in turn, each connection beginning at another
/// @param connections kept open; in an open loop the most that may be busy at once
/// @param pace when requests start; absent: each connection sends as soon as it has its answer
/// @param warmup load before anything is counted
/// @param duration what is counted
/// @param timeout after which an answer is not waited for any longer
/// @param checkedPercent share of the good answers whose bodies are compared with the expected ones
public record LoadPlan(
        InetSocketAddress server,
        List<LoadRequest> requests,
        int connections,
        @Nullable Pace pace,
        Duration warmup,
        Duration duration,
        Duration timeout,
        int checkedPercent) {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int ALL = 100;

    public LoadPlan {
        requests = List.copyOf(requests);
        if (requests.isEmpty() || connections < 1 || !duration.isPositive()) {
            throw new IllegalArgumentException("a load needs requests, connections and time");
        }
    }

    /// Requests that start whatever became of those before.
    ///
    /// @param rate requests a second
    public record Pace(double rate, Arrivals arrivals) {}

    /// Each connection sends its next request when it has its answer; all answers are checked.
    public static LoadPlan closed(
            InetSocketAddress server,
            List<LoadRequest> requests,
            int connections,
            Duration warmup,
            Duration duration) {
        return new LoadPlan(server, requests, connections, null, warmup, duration, TIMEOUT, ALL);
    }

    /// The same load as an open loop.
    public LoadPlan paced(Pace newPace, int newConnections) {
        return new LoadPlan(
                server,
                requests,
                newConnections,
                newPace,
                warmup,
                duration,
                timeout,
                checkedPercent);
    }

    public LoadPlan checking(int percent) {
        return new LoadPlan(
                server, requests, connections, pace, warmup, duration, timeout, percent);
    }
}
