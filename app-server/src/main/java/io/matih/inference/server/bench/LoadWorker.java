package io.matih.inference.server.bench;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// One thread of the generator with its share of the connections.
///
/// A request counts if it was due in the measured time, whenever its answer comes. Its latency
/// begins when it was due, not when a connection was free for it: a server that stalls delays the
/// requests behind the stall, and would otherwise hide it (coordinated omission).
final class LoadWorker implements Runnable {
    private static final int READ_BYTES = 1 << 18;
    private static final long MILLI = 1_000_000;
    private static final long SWEEP = 100 * MILLI;

    /// `select` counts in milliseconds; what is due sooner is waited for in naps.
    private static final long NAP = 100_000;

    /// So many connects that fail in a row mean that there is no server.
    private static final int HOPELESS = 50;

    private final LoadPlan plan;
    private final Share share;
    private final Window window;
    private final Tally tally;
    private final @Nullable Schedule schedule;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    private final List<Connection> connections = new ArrayList<>();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();

    /// When requests were due for which no connection is free yet.
    private final ArrayDeque<Long> late = new ArrayDeque<>();

    private final CpuClock cpu = new CpuClock();
    private int opened;
    private int failedConnects;
    private int busy;
    private int checkCredit;
    private long swept;
    private volatile @Nullable IOException failure;

    /// Which part of the load is this worker's.
    record Share(int worker, int workers, int connections) {}

    LoadWorker(LoadPlan plan, Share share, Window window, Tally tally) throws IOException {
        this.plan = plan;
        this.share = share;
        this.window = window;
        this.tally = tally;
        this.swept = window.started();
        this.selector = Selector.open();
        var pace = plan.pace();
        this.schedule =
                pace == null
                        ? null
                        : new Schedule(pace, share.worker, share.workers, window.started());
    }

    /// Why the run could not be made; absent if it was.
    @Nullable IOException failure() {
        return failure;
    }

    @Override
    public void run() {
        try (selector) {
            for (int i = 0; i < share.connections; i++) {
                open();
            }
            loop();
        } catch (IOException e) {
            failure = e;
        } finally {
            connections.forEach(Connection::close);
        }
    }

    private void loop() throws IOException {
        long now = System.nanoTime();
        long lastAnswer = window.to() + plan.timeout().toNanos();
        while (now < window.to() || (busy > 0 && now < lastAnswer)) {
            await(now);
            now = System.nanoTime();
            start(now);
            if (now - swept >= SWEEP) {
                sweep(now);
                swept = now;
            }
            cpu.at(now, window);
        }
        sweep(now);
        Tally.add(tally.unsent, late.stream().filter(window::contains).count());
        tally.cpuNanos.set(cpu.nanos());
    }

    private void await(long now) throws IOException {
        long wake = Math.min(swept + SWEEP, now < window.to() ? window.to() : Long.MAX_VALUE);
        if (schedule != null && now < window.to()) {
            wake = Math.min(wake, schedule.due());
        }
        long wait = wake - now;
        if (wait <= 0) {
            selector.selectNow(this::ready);
        } else if (schedule != null && wait < 2 * MILLI) {
            if (selector.selectNow(this::ready) == 0) {
                LockSupport.parkNanos(Math.min(wait, NAP));
            }
        } else {
            selector.select(this::ready, Math.max(1, wait / MILLI));
        }
        var gone = failure;
        if (gone != null) {
            throw gone;
        }
    }

    private void start(long now) throws IOException {
        if (schedule == null) {
            while (now < window.to() && !idle.isEmpty()) {
                send(idle.remove(), now, now);
            }
            return;
        }
        while (schedule.due() <= now && schedule.due() < window.to()) {
            var free = idle.poll();
            if (free == null) {
                late.add(schedule.due());
            } else {
                send(free, schedule.due(), now);
            }
            schedule.advance();
        }
    }

    private void send(Connection connection, long due, long now) throws IOException {
        busy++;
        try {
            connection.send(due, now);
        } catch (IOException e) {
            lost(connection);
        }
    }

    private void ready(SelectionKey key) {
        var connection = (Connection) key.attachment();
        try {
            handle(connection, key);
        } catch (IOException e) {
            failure = e;
        }
    }

    private void handle(Connection connection, SelectionKey key) throws IOException {
        boolean connecting = connection.isConnecting();
        try {
            if (connecting) {
                connection.finishConnect();
                failedConnects = 0;
                free(connection, System.nanoTime());
                return;
            }
            if (key.isWritable()) {
                connection.write();
            }
            if (key.isReadable() && connection.read(buffer)) {
                answered(connection);
            }
        } catch (IOException | MalformedAnswerException e) {
            if (connecting && ++failedConnects > HOPELESS) {
                throw new IOException("cannot connect to " + plan.server(), e);
            }
            lost(connection);
        }
    }

    private void answered(Connection connection) throws IOException {
        long now = System.nanoTime();
        var response = connection.response();
        boolean good = Tally.isGood(response.status());
        if (window.contains(connection.due())) {
            tally.answered(response.status(), now - connection.due(), response.retryAfter());
            if (good) {
                check(connection);
            }
        }
        Tally.add(tally.answers, 1);
        if (good && window.contains(now)) {
            Tally.add(tally.completed, 1);
        }
        connection.rest();
        busy--;
        if (response.closes()) {
            replace(connection);
        } else {
            free(connection, now);
        }
    }

    private void check(Connection connection) {
        checkCredit += plan.checkedPercent();
        if (checkCredit >= 100) {
            checkCredit -= 100;
            Tally.add(tally.checked, 1);
            if (!connection.response().is(connection.request().expected())) {
                Tally.add(tally.wrong, 1);
            }
        }
    }

    private void free(Connection connection, long now) throws IOException {
        if (now < window.to() && schedule == null) {
            send(connection, now, now);
        } else if (now < window.to() && !late.isEmpty()) {
            send(connection, late.remove(), now);
        } else {
            idle.add(connection);
        }
    }

    /// A server may close what is idle; what it owes an answer counts as broken.
    private void lost(Connection connection) throws IOException {
        if (connection.isBusy()) {
            busy--;
            if (window.contains(connection.due())) {
                Tally.add(tally.broken, 1);
            }
        } else {
            idle.remove(connection);
        }
        replace(connection);
    }

    private void replace(Connection connection) throws IOException {
        connection.close();
        connections.remove(connection);
        open();
    }

    private void open() throws IOException {
        // Workers and connections begin at different requests, so that unlike ones meet.
        var connection = Connection.open(selector, plan, share.worker + share.workers * opened++);
        connections.add(connection);
        if (!connection.isConnecting()) {
            free(connection, System.nanoTime());
        }
    }

    private void sweep(long now) throws IOException {
        long patience = plan.timeout().toNanos();
        var silent =
                connections.stream().filter(c -> c.isBusy() && now - c.sent() >= patience).toList();
        for (var connection : silent) {
            busy--;
            if (window.contains(connection.due())) {
                Tally.add(tally.timeouts, 1);
            }
            replace(connection);
        }
    }
}
