package io.matih.inference.engine.batching;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.batching.WaitingRoom.Expired;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.deadline.DeadlineWatcher.Watched;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// The instances of one loaded version, and the requests that wait for them.
///
/// **States.** A request is waiting (in `room`) → left (member of a batch) → answered; from either
/// of the first two it may be answered early, because its deadline passed or its client is gone. An
/// instance is idle (in `idle`), or busy with one batch.
///
/// **Who executes.** An idle instance takes what is ready to leave. Where the batch is known to be
/// short, the thread that brought the request executes it: a hand-over to another thread and back
/// costs ten times such a run. Else the instance's own platform thread does, which also takes all
/// that comes while the instance is busy, and waits out delays. A thread that brought a request
/// executes a few batches at most, then leaves the rest to the instance's thread.
///
/// **Invariants.** Every request that `enqueue` accepted is answered exactly once. An instance
/// executes one batch at a time. While an instance is idle, no batch that is ready to leave waits
/// unseen: whoever makes either true (`pump` after `enqueue`, `release` after an execution, the
/// expiry of a delay on an idle instance's thread) looks for the other under `lock`. An instance is
/// closed by its own thread, after its last execution, whoever ran it.
///
/// **Locks.** `lock` guards room, idle and the assignments; nothing is executed, answered or waited
/// for under it but conditions of its own. A slot's monitor is taken after it or alone.
public final class DynamicBatcher implements AutoCloseable {
    /// A run that is expected to be shorter stays on the thread that brought the request.
    private static final long SHORT_RUN_NANOS = Duration.ofNanos(200_000).toNanos();

    private static final int RUNS_FOR_OTHERS = 4;

    private final String label;
    private final BatcherSettings settings;
    private final LongSupplier clock;
    private final DeadlineWatcher watcher;
    private final Watched watched = this::expire;
    private final RunCost cost = new RunCost();
    private final @Nullable InOrder order;
    private final BatchRun runs;
    private final List<ModelInstance> instances;
    private final List<Slot> slots = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final WaitingRoom room;
    private final Admission admission;
    private final ArrayDeque<Slot> idle = new ArrayDeque<>();

    /// When some instance's thread will look at the room by itself.
    private long timerNanos = Long.MAX_VALUE;

    private boolean closed;
    private volatile int waiting;

    /// @param label what error messages call it: `model 'iris' version 3`
    /// @param instances at least one; they belong to the batcher from now on
    /// @param clock nanoseconds, as `System.nanoTime()` counts
    public DynamicBatcher(
            String label,
            List<ModelInstance> instances,
            BatcherSettings settings,
            BatchListener listener,
            DeadlineWatcher watcher,
            LongSupplier clock) {
        this.label = label;
        this.instances = List.copyOf(instances);
        this.settings = settings;
        this.clock = clock;
        this.watcher = watcher;
        order = settings.policy().preserveOrdering() ? new InOrder() : null;
        room = new WaitingRoom(settings.maxRows(), settings.policy(), cost, clock.getAsLong());
        admission = new Admission(label, room, cost, settings, instances.size());
        runs = new BatchRun(label, cost, listener, this::joinNoMore);
        for (var instance : instances) {
            var slot = new Slot(instance, lock.newCondition());
            slots.add(slot);
            idle.add(slot);
        }
        for (int i = 0; i < slots.size(); i++) {
            var slot = slots.get(i);
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("infer " + label + " #" + i)
                            .start(() -> serve(slot)));
        }
        watcher.add(watched);
    }

    public List<ModelInstance> instances() {
        return instances;
    }

    /// Requests that wait for an instance.
    public int waiting() {
        return waiting;
    }

    /// Instances that execute now, those included whose clients have all given up.
    public int running() {
        int running = 0;
        for (var slot : slots) {
            running += slot.current() == null ? 0 : 1;
        }
        return running;
    }

    /// Lets a request in, without starting anything: whoever calls this calls `pump` soon after,
    /// perhaps after letting in more. Never blocks for long.
    ///
    /// @throws ServingException `QUEUE_FULL`, `OVERLOADED`, `DEADLINE`, `MODEL_NOT_READY`; the
    ///   completion is not called then
    public void enqueue(Work work) {
        lock.lock();
        try {
            long now = clock.getAsLong();
            if (closed) {
                throw new ServingException(ErrorCode.MODEL_NOT_READY, label + " is unloading");
            }
            if (work.deadline().nanoTime() - now <= 0) {
                throw late("before it was queued");
            }
            var refusal = admission.refusal(work, now);
            if (refusal != null) {
                throw refusal;
            }
            room.add(work, now);
            waiting = room.works();
        } finally {
            lock.unlock();
        }
        watcher.wake();
    }

    /// Starts what is ready: here where that is short, else on the instances' own threads.
    public void pump() {
        int ranHere = 0;
        while (true) {
            Slot slot;
            Batch batch;
            lock.lock();
            try {
                var taken = idle.isEmpty() ? null : take();
                if (taken == null) {
                    return;
                }
                batch = taken;
                slot = idle.removeFirst();
                if (ranHere == RUNS_FOR_OTHERS || !isShort(batch)) {
                    slot.assign(batch);
                    continue;
                }
            } finally {
                lock.unlock();
            }
            run(slot, batch);
            release(slot);
            ranHere++;
        }
    }

    /// Lets a request in and waits for its answer; gives it up when the thread is interrupted.
    ///
    /// @throws ServingException as `enqueue`, and whatever the execution fails with
    public Answer execute(
            List<Tensor> inputs,
            Set<String> outputs,
            int priority,
            Deadline deadline,
            boolean patient) {
        var waiter = new Waiter();
        var work = new Work(inputs, outputs, priority, deadline, patient, waiter);
        enqueue(work);
        pump();
        return waiter.await(() -> cancel(work));
    }

    private boolean isShort(Batch batch) {
        return settings.steady()
                && cost.estimate(batch.rows() + batch.padding()) <= SHORT_RUN_NANOS;
    }

    /// An instance has become idle; its own thread must hear of it only if that waits to close it.
    private void release(Slot slot) {
        lock.lock();
        try {
            idle.addFirst(slot);
            if (closed) {
                slot.wake().signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The batch that leaves now, if any. If none does but some are waiting, sees to it that a
    /// thread looks again in time.
    private @Nullable Batch take() {
        long now = clock.getAsLong();
        var batch = room.take(now, closed);
        if (batch != null) {
            waiting = room.works();
        } else if (!room.isEmpty()) {
            long due = room.dueNanos();
            if (due < timerNanos) {
                timerNanos = due;
                idle.getFirst().wake().signal();
            }
        }
        return batch;
    }

    private void run(Slot slot, Batch batch) {
        slot.begin(batch);
        watcher.wake();
        Runnable answers;
        try {
            answers = runs.execute(slot.instance(), batch);
        } finally {
            slot.end();
        }
        if (order == null) {
            answers.run();
        } else {
            order.deliver(batch.number(), answers);
        }
    }

    private void serve(Slot slot) {
        try (var _ = slot.instance()) {
            for (var batch = next(slot); batch != null; batch = next(slot)) {
                run(slot, batch);
                lock.lock();
                try {
                    idle.addFirst(slot);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    /// Waits for a batch for this instance.
    ///
    /// @return null when there will be none any more
    private @Nullable Batch next(Slot slot) {
        lock.lock();
        try {
            while (true) {
                var assigned = slot.takeAssigned();
                if (assigned != null) {
                    return assigned;
                }
                boolean free = idle.contains(slot);
                var batch = free ? take() : null;
                if (batch != null) {
                    idle.remove(slot);
                    wakeAnother();
                    return batch;
                }
                if (closed && free && room.isEmpty()) {
                    return null;
                }
                if (!free) {
                    wakeAnother(); // it was woken for work that another instance can take now
                }
                await(slot.wake(), free);
            }
        } finally {
            lock.unlock();
        }
    }

    /// More may be ready than one instance takes.
    private void wakeAnother() {
        if (!room.isEmpty() && !idle.isEmpty()) {
            idle.getFirst().wake().signal();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // `next` is the loop
    private void await(Condition wake, boolean free) {
        try {
            if (free && timerNanos != Long.MAX_VALUE) {
                long left = timerNanos - clock.getAsLong();
                if (left > 0) {
                    long _ = wake.awaitNanos(left);
                }
                timerNanos = Long.MAX_VALUE;
            } else {
                wake.await();
            }
        } catch (InterruptedException _) {
            // Nobody interrupts these threads; `close` ends them.
        }
    }

    private void joinNoMore() {
        lock.lock();
        try {
            room.joinNoMore();
        } finally {
            lock.unlock();
        }
    }

    /// Nobody waits for this answer any more. What has not started never will; what runs is stopped
    /// where it can be, unless others wait for the same batch.
    public void cancel(Work work) {
        boolean waited;
        lock.lock();
        try {
            waited = room.remove(work);
            waiting = room.works();
        } finally {
            lock.unlock();
        }
        var failure = new ServingException(ErrorCode.CANCELLED, "the request was cancelled");
        if (work.fail(failure) && !waited) {
            stopIfUnwanted(work);
        }
    }

    private void stopIfUnwanted(Work work) {
        var batch = work.batch();
        if (batch != null && batch.unwanted()) {
            slots.forEach(slot -> slot.cancel(batch));
        }
    }

    /// Answers what is past its deadline, waiting or running.
    ///
    /// @return whether there is anything to look at again
    private boolean expire() {
        if (waiting == 0 && running() == 0) {
            return false;
        }
        long now = clock.getAsLong();
        Expired expired;
        lock.lock();
        try {
            expired = room.expire(now);
            waiting = room.works();
        } finally {
            lock.unlock();
        }
        expired.late().forEach(work -> work.fail(late("while it waited for an instance")));
        expired.refused().forEach(work -> work.fail(waitedTooLong(work)));
        boolean running = false;
        for (var slot : slots) {
            var batch = slot.current();
            if (batch != null) {
                running = true;
                expire(batch, now);
                if (batch.unwanted()) {
                    slot.cancel(batch); // again, where a stop came before the runtime was called
                }
            }
        }
        return running || waiting > 0;
    }

    private void expire(Batch batch, long now) {
        for (var work : batch.works()) {
            if (work.deadline().nanoTime() - now <= 0) {
                work.fail(late("while the model ran"));
            }
        }
    }

    private ServingException late(String when) {
        return BatchRun.late(label, when);
    }

    private ServingException waitedTooLong(Work work) {
        long micros = settings.policy().queuePolicy(work.priority()).defaultTimeoutMicros();
        return new ServingException(
                        ErrorCode.OVERLOADED,
                        "%s: the request waited for default_timeout_microseconds, %d, and did not run"
                                .formatted(label, micros))
                .withRetryAfter(Duration.ofSeconds(1));
    }

    /// Lets idle instances give back memory that they hold only to be quick.
    public void trim() {
        List<Slot> taken;
        lock.lock();
        try {
            taken = List.copyOf(idle);
            idle.clear();
        } finally {
            lock.unlock();
        }
        for (var slot : taken) {
            try {
                slot.instance().trim();
            } finally {
                release(slot);
            }
        }
        pump();
    }

    /// Stops the executions that run now, where they can be stopped.
    public void cancelRunning() {
        slots.forEach(Slot::cancelCurrent);
    }

    /// Lets queued work finish, then releases every instance. Returns when all of them are closed,
    /// which an execution that cannot be stopped delays.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            slots.forEach(slot -> slot.wake().signal());
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        for (var thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        watcher.remove(watched);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
