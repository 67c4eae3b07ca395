package io.matih.inference.server.http;

import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// The thread that reads requests off its connections, and handles them as far as that takes no
/// waiting.
///
/// It knows three tricks. Work can be put off until everything has been read that has arrived by
/// now, so that requests which arrived together are executed together. While the next request tends
/// to come at once, it looks for it again instead of sleeping: to be woken costs more than many a
/// model takes; where looking does not pay, it stops. And what other threads, or its own, submit to
/// it costs a system call only while it sleeps.
final class PromptSelector extends ManagedSelector {
    private static final Logger LOG = LoggerFactory.getLogger(PromptSelector.class);
    private static final long SPIN_NANOS = 200_000;
    private static final int MOST_CREDIT = 16;
    private static final int TRIES = 4;
    private static final int TRY_AGAIN_AFTER = 128;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final boolean ALONE = Runtime.getRuntime().availableProcessors() == 1;

    /// So that updates which bring about further ones cannot keep the connections waiting.
    private static final int MOST_UPDATES = 512;

    /// Instead of Jetty's queue, which wakes the selector for every update. Not all comes this way:
    /// a new connection is attached to its key through Jetty's queue, and only then asks, through
    /// this one, to be read. What other threads submit is therefore moved to `due` before Jetty's
    /// queue is emptied, and done after.
    private final Queue<SelectorUpdate> submitted = new ConcurrentLinkedQueue<>();

    private final Queue<SelectorUpdate> due = new ConcurrentLinkedQueue<>();

    /// Whoever turns it from true to false wakes the selector.
    private final AtomicBoolean asleep = new AtomicBoolean();

    /// Whether something was done since it last slept or looked in vain; these belong to the
    /// selecting thread, but for `thread`, by which any other one finds that it is not that.
    private boolean busy;

    /// For what is read off a connection and dealt with at once.
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

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

    /// Whether the calling thread is this selector's.
    boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    /// Room for what one connection has sent; this thread's, until it reads the next.
    ByteBuffer buffer() {
        return buffer;
    }

    /// Runs the task on this thread, after what has arrived by now has been read. Any thread.
    void later(Runnable task) {
        if (isCurrent() && selected <= 1 && !inside) {
            inside = true;
            try {
                task.run(); // nothing else has arrived
            } finally {
                inside = false;
            }
        } else {
            submit(_ -> task.run());
        }
    }

    @Override
    public void submit(SelectorUpdate update) {
        (isCurrent() ? due : submitted).add(update);
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            getSelector().wakeup();
        }
    }

    /// Jetty calls this when every selected connection has been handled.
    @Override
    protected int nioSelect(Selector selector, boolean now) throws IOException {
        if (now) {
            // Jetty asks again after finding nothing; there was nothing a moment ago.
            return 0;
        }
        thread = Thread.currentThread();
        update(selector);
        if (!selector.isOpen()) {
            return 0; // the last update was to stop
        }
        if (busy) {
            busy = false;
            idleNanos = System.nanoTime();
        }
        boolean look = hasUpdates() || mayFindSomething();
        selected = look ? selector.selectNow() : sleep(selector);
        if (selected > 0) {
            found();
        }
        for (var update = submitted.poll(); update != null; update = submitted.poll()) {
            due.add(update);
        }
        return selected;
    }

    private void update(Selector selector) {
        var update = due.poll();
        if (update == null) {
            return;
        }
        found();
        inside = true;
        for (int left = MOST_UPDATES; update != null; update = --left > 0 ? due.poll() : null) {
            try {
                update.update(selector);
            } catch (Throwable failure) { // one connection's failure is not the others'
                LOG.warn("a connection's task failed", failure);
            }
        }
        inside = false;
    }

    private boolean hasUpdates() {
        return !due.isEmpty() || !submitted.isEmpty();
    }

    private void found() {
        busy = true;
        credit = spinning ? Math.min(MOST_CREDIT, credit + 1) : credit;
        spinning = false;
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
        asleep.set(true);
        try {
            return hasUpdates() ? selector.selectNow() : selector.select();
        } finally {
            asleep.set(false);
        }
    }
}
