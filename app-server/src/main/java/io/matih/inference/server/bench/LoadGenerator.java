package io.matih.inference.server.bench;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/// Puts load on one server over plain HTTP/1.1 and measures what comes back.
public final class LoadGenerator {
    private static final long LOOK_MILLIS = 250;
    private static final int MOST_WORKERS = 8;

    private final LoadPlan plan;
    private final Consumer<LoadSnapshot> watcher;
    private final List<Tally> tallies = new ArrayList<>();
    private final List<LoadWorker> workers = new ArrayList<>();
    private final Histogram accepted = Tally.histogram();
    private final Histogram refused = Tally.histogram();
    private long seenCompleted;
    private long seenNanos;

    private LoadGenerator(LoadPlan plan, Consumer<LoadSnapshot> watcher) {
        this.plan = plan;
        this.watcher = watcher;
    }

    public static LoadReport run(LoadPlan plan) throws IOException, InterruptedException {
        return run(plan, _ -> {});
    }

    /// Blocks until the load is over.
    ///
    /// @param watcher told four times a second how it goes, on this thread
    /// @throws IOException if the server cannot be reached
    public static LoadReport run(LoadPlan plan, Consumer<LoadSnapshot> watcher)
            throws IOException, InterruptedException {
        return new LoadGenerator(plan, watcher).run();
    }

    private LoadReport run() throws IOException, InterruptedException {
        var window = Window.of(plan, System.nanoTime());
        seenNanos = window.started();
        var threads = start(window);
        try {
            for (var thread : threads) {
                while (!thread.join(Duration.ofMillis(LOOK_MILLIS))) {
                    look(window);
                }
            }
        } finally {
            threads.forEach(Thread::interrupt);
        }
        for (var worker : workers) {
            var failure = worker.failure();
            if (failure != null) {
                throw failure;
            }
        }
        collect();
        return report();
    }

    private List<Thread> start(Window window) throws IOException {
        // The server under test needs the other half.
        int half = Runtime.getRuntime().availableProcessors() / 2;
        int count = Math.clamp(Math.min(plan.connections(), half), 1, MOST_WORKERS);
        for (int i = 0; i < count; i++) {
            var share =
                    new LoadWorker.Share(
                            i,
                            count,
                            plan.connections() * (i + 1) / count - plan.connections() * i / count);
            var tally = new Tally();
            tallies.add(tally);
            workers.add(new LoadWorker(plan, share, window, tally));
        }
        return workers.stream()
                .map(worker -> Thread.ofPlatform().daemon().name("matih-load").start(worker))
                .toList();
    }

    private void look(Window window) {
        long now = System.nanoTime();
        var latest = collect();
        long completed = sum(tally -> tally.answers);
        double throughput = (completed - seenCompleted) * 1e9 / (now - seenNanos);
        seenCompleted = completed;
        seenNanos = now;
        watcher.accept(
                new LoadSnapshot(
                        Duration.ofNanos(now - window.started()),
                        now < window.from(),
                        throughput,
                        latest,
                        accepted,
                        refused.getTotalCount()
                                + sum(tally -> tally.timeouts)
                                + sum(tally -> tally.broken),
                        sum(tally -> tally.wrong)));
    }

    private Histogram collect() {
        var latest = Tally.histogram();
        tallies.forEach(tally -> tally.collect(latest, refused));
        accepted.add(latest);
        return latest;
    }

    private long sum(Function<Tally, AtomicLong> counter) {
        return tallies.stream().mapToLong(tally -> counter.apply(tally).get()).sum();
    }

    private LoadReport report() {
        var statuses = new TreeMap<Integer, Long>();
        tallies.forEach(tally -> tally.collect(statuses));
        long cores = Runtime.getRuntime().availableProcessors();
        return new LoadReport(
                plan.duration(),
                accepted,
                refused,
                statuses,
                sum(tally -> tally.completed),
                sum(tally -> tally.checked),
                sum(tally -> tally.wrong),
                sum(tally -> tally.timeouts),
                sum(tally -> tally.broken),
                sum(tally -> tally.unsent),
                sum(tally -> tally.refusedWithoutRetryAfter),
                (double) sum(tally -> tally.cpuNanos) / plan.duration().toNanos() / cores);
    }
}
