package io.matih.inference.server.http;

import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;

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
    private static final long SPIN_NANOS = 60_000;
    private static final int MOST_CREDIT = 16;
    private static final int TRY_AGAIN_AFTER = 256;
    private static final boolean ALONE = Runtime.getRuntime().availableProcessors() == 1;

    private final ConcurrentLinkedQueue<Runnable> later = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /// When keys were last selected; all of these belong to the selecting thread.
    private long busyNanos;

    private int credit = MOST_CREDIT;
    private int sleeps;
    private boolean spinning;

    PromptSelector(SelectorManager manager, int id) {
        super(manager, id);
    }

    /// Runs the task on this thread, after what has arrived by now has been read. Any thread.
    void later(Runnable task) {
        later.add(task);
        if (scheduled.compareAndSet(false, true)) {
            submit(_ -> runLater());
        }
    }

    private void runLater() {
        scheduled.set(false);
        for (var task = later.poll(); task != null; task = later.poll()) {
            task.run();
        }
    }

    /// Between two calls the selector acts on what was submitted to it, so a spin must come back
    /// here time and again instead of looping.
    @Override
    protected int nioSelect(Selector selector, boolean now) throws IOException {
        if (now) {
            // Jetty asks again after finding nothing; there was nothing a moment ago.
            return 0;
        }
        long nanos = System.nanoTime();
        boolean spin = credit > 0 && nanos - busyNanos < SPIN_NANOS && !ALONE;
        if (spin) {
            spinning = true;
            int selected = selector.selectNow();
            if (selected > 0) {
                credit = Math.min(MOST_CREDIT, credit + 1);
                busyNanos = System.nanoTime();
            }
            return selected;
        }
        if (spinning) {
            spinning = false;
            credit = Math.max(0, credit - 2);
        } else if (credit == 0 && ++sleeps == TRY_AGAIN_AFTER) {
            sleeps = 0;
            credit = 1;
        }
        int selected = selector.select();
        busyNanos = selected > 0 ? System.nanoTime() : busyNanos;
        return selected;
    }
}
