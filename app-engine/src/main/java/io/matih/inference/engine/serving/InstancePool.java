package io.matih.inference.engine.serving;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.backend.ModelInstance.Execution;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/// The loaded instances of one version and the requests that wait for them.
///
/// Each instance belongs to one platform thread, which takes work from the shared bounded queue,
/// executes it and, when the pool closes, closes the instance itself: so an instance can't be
/// closed in use, not even when a caller has given up on a run that cannot be stopped. A piece of
/// work is claimed exactly once, by the thread that runs it or by the caller whose deadline passed;
/// what was not started by its deadline never starts.
final class InstancePool implements AutoCloseable {
    private static final Duration FULL_QUEUE_RETRY = Duration.ofSeconds(1);

    private static final Work END = new Work(List.of(), Set.of(), new Deadline(0));

    private final String label;
    private final List<ModelInstance> instances;
    private final List<Thread> threads = new ArrayList<>();
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();

    /// Places in the queue; the queue itself has no bound, so that `close` can always get through.
    private final Semaphore places;

    private final int maxQueueSize;

    /// @param label what error messages call it: `model 'iris' version 3`
    InstancePool(String label, List<ModelInstance> instances, int maxQueueSize) {
        this.label = label;
        this.instances = List.copyOf(instances);
        this.maxQueueSize = maxQueueSize;
        this.places = new Semaphore(maxQueueSize);
        for (int i = 0; i < instances.size(); i++) {
            var instance = instances.get(i);
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("infer " + label + " #" + i)
                            .start(() -> serve(instance)));
        }
    }

    List<ModelInstance> instances() {
        return instances;
    }

    int queueDepth() {
        return maxQueueSize - places.availablePermits();
    }

    /// Waits for an instance and its execution, but never past the deadline.
    Answer execute(List<Tensor> inputs, Set<String> outputs, Deadline deadline) {
        var work = new Work(inputs, outputs, deadline);
        if (deadline.passed()) {
            throw late("before it was queued");
        }
        if (!places.tryAcquire()) {
            throw new ServingException(
                            ErrorCode.QUEUE_FULL,
                            "%s has %d requests waiting, as many as max_queue_size allows"
                                    .formatted(label, maxQueueSize))
                    .withRetryAfter(FULL_QUEUE_RETRY);
        }
        queue.add(work);
        return await(work);
    }

    private Answer await(Work work) {
        try {
            return work.answer.get(
                    Math.max(0, work.deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            boolean waiting = giveUp(work);
            throw late(waiting ? "while it waited for an instance" : "while the model ran");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ServingException failure
                    ? failure
                    : new ServingException(ErrorCode.INTERNAL, label + " failed", e);
        } catch (InterruptedException e) {
            giveUp(work);
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "the request was cancelled", e);
        }
    }

    private ServingException late(String when) {
        return new ServingException(
                ErrorCode.DEADLINE, "%s: the request's timeout passed %s".formatted(label, when));
    }

    /// @return whether the work had not been started, and now never will be
    private boolean giveUp(Work work) {
        boolean waiting = work.claim();
        if (waiting && queue.remove(work)) {
            places.release();
        }
        return waiting;
    }

    private void serve(ModelInstance instance) {
        try (instance) {
            for (var work = take(); work != END; work = take()) {
                places.release();
                if (work.claim()) {
                    run(instance, work);
                }
            }
        }
    }

    private Work take() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException _) {
                // Nobody interrupts these threads; what ends them is END.
            }
        }
    }

    private static void run(ModelInstance instance, Work work) {
        long started = System.nanoTime();
        try {
            var execution = instance.execute(List.of(work.inputs), work.outputs, work.deadline);
            work.answer.complete(new Answer(execution, started - work.queuedNanos));
        } catch (Throwable e) { // a thread's top: whatever it was, the caller must hear of it
            work.answer.completeExceptionally(e);
        }
    }

    /// Lets queued work finish, then releases every instance. Returns when all of them are closed,
    /// which an execution that cannot be stopped delays.
    @Override
    public void close() {
        threads.forEach(_ -> queue.add(END));
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
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops the executions that run now, where they can be stopped.
    void cancel() {
        instances.forEach(ModelInstance::cancel);
    }

    /// An execution and how long it waited for its instance.
    record Answer(Execution execution, long queueNanos) {}

    private static final class Work {
        private final List<Tensor> inputs;
        private final Set<String> outputs;
        private final Deadline deadline;
        private final long queuedNanos = System.nanoTime();
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final AtomicBoolean claimed = new AtomicBoolean();

        private Work(List<Tensor> inputs, Set<String> outputs, Deadline deadline) {
            this.inputs = inputs;
            this.outputs = outputs;
            this.deadline = deadline;
        }

        private boolean claim() {
            return claimed.compareAndSet(false, true);
        }
    }
}
