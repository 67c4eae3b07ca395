package io.matih.inference.server.bench.suite;

import io.matih.inference.engine.backend.onnxruntime.BareSession;

import org.HdrHistogram.Histogram;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Runs a model as fast as the runtime can, without a server.
///
/// @param rows of one run
/// @param loops that run beside each other, each with a session of its own
/// @param threads of one run
record BareLoop(int rows, int loops, int threads) {
    private static final int DIGITS = 3;

    Speed measure(Path model, Duration time) throws InterruptedException {
        var sessions = new ArrayList<BareSession>();
        try (var executor = Executors.newFixedThreadPool(loops)) {
            for (int i = 0; i < loops; i++) {
                sessions.add(new BareSession(model, rows, threads));
            }
            long end = System.nanoTime() + time.toNanos();
            var running = new ArrayList<Future<Histogram>>();
            for (var session : sessions) {
                running.add(executor.submit(() -> loop(session, end)));
            }
            var all = new Histogram(DIGITS);
            for (var loop : running) {
                all.add(loop.get());
            }
            return new Speed(
                    all.getTotalCount() * rows * 1e9 / time.toNanos(),
                    all.getValueAtPercentile(50));
        } catch (ExecutionException e) {
            throw new IllegalStateException("the bare loop failed", e);
        } finally {
            sessions.forEach(BareSession::close);
        }
    }

    private static Histogram loop(BareSession session, long end) {
        var latencies = new Histogram(DIGITS);
        long now = System.nanoTime();
        while (now < end) {
            session.run();
            long after = System.nanoTime();
            latencies.recordValue(after - now);
            now = after;
        }
        return latencies;
    }

    /// @param rowsPerSecond of all loops together
    /// @param p50Nanos of one run
    record Speed(double rowsPerSecond, long p50Nanos) {}
}
