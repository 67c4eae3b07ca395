package io.matih.inference.server.http;

import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// The thread that reads requests off its connections, and handles them as far as that takes no
/// waiting.
///
/// It knows two tricks. Work can be put off until everything has been read that has arrived by now,
/// so that requests which arrived together are executed together. And while the next request tends
/// to come at once, it looks for it again instead of sleeping: to be woken costs more than many a
/// model takes. Where looking does not pay, it stops.
final class PromptSelector extends ManagedSelector {
    private static final long SPIN_NANOS = 200_000;
    private static final int MOST_CREDIT = 16;
    private static final int TRIES = 4;
    private static final int TRY_AGAIN_AFTER = 128;
    private static final boolean ALONE = Runtime.getRuntime().availableProcessors() == 1;

    private final ConcurrentLinkedQueue<Runnable> later = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /// Whether keys were selected at last; these belong to the selecting thread, but for `thread`,
    /// by which any other one finds that it is not that.
    private boolean busy;

    private int selected;
    private boolean inside;
    private volatile @Nullable Thread thread;

    /// Since when there is nothing to do.
    private long idleNanos;

    private int credit = MOST_CREDIT;
    private int sleeps;
    private boolean spinning;

    PromptSelector(SelectorManager manager, int id) {
        super(manager, id);
    }

    /// Runs the task on this thread, after what has arrived by now has been read. Any thread.
    void later(Runnable task) {
        if (Thread.currentThread().equals(thread) && selected <= 1 && !inside) {
            inside = true;
            try {
                task.run(); // nothing else has arrived
            } finally {
                inside = false;
            }
            return;
        }
        later.add(task);
        if (scheduled.compareAndSet(false, true)) {
            submit(_ -> runLater());
        }
    }

    private void runLater() {
        do {
            for (var task = later.poll(); task != null; task = later.poll()) {
                task.run();
            }
            scheduled.set(false);
        } while (!later.isEmpty() && scheduled.compareAndSet(false, true));
    }

    /// Between two calls the selector acts on what was submitted to it, so a spin must come back
    /// here time and again instead of looping.
    @Override
    protected int nioSelect(Selector selector, boolean now) throws IOException {
        if (now) {
            // Jetty asks again after finding nothing; there was nothing a moment ago.
            return 0;
        }
        thread = Thread.currentThread();
        if (busy) {
            busy = false;
            idleNanos = System.nanoTime();
        }
        selected = mayFindSomething() ? selector.selectNow() : sleep(selector);
        if (selected > 0) {
            busy = true;
            credit = spinning ? Math.min(MOST_CREDIT, credit + 1) : credit;
            spinning = false;
        }
        return selected;
    }

    private boolean mayFindSomething() {
        if (credit > 0 && !ALONE && System.nanoTime() - idleNanos < SPIN_NANOS) {
            spinning = true;
            return true;
        }
        if (spinning) {
            spinning = false;
            credit--;
        }
        return false;
    }

    private int sleep(Selector selector) throws IOException {
        if (credit == 0 && ++sleeps == TRY_AGAIN_AFTER) {
            sleeps = 0;
            credit = TRIES;
        }
        return selector.select();
    }
}
