package io.matih.inference.engine.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.QueuePolicy;
import io.matih.inference.engine.model.QueuePolicy.TimeoutAction;
import io.matih.inference.engine.serving.Tensors;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.RepeatedTest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// Random policies under random load: requests of several shapes, sizes, priorities and deadlines,
/// some cancelled, some failing, let in one by one or several before a start, by threads that wait
/// and threads that do not.
class BatcherInvariantsTest {
    private static final int THREADS = 6;
    private static final int REQUESTS = 500;
    private static final float BAD = -1;

    private final long seed = System.nanoTime();

    @RepeatedTest(6)
    void everyRequestIsAnsweredOnceWithItsOwnAnswer() throws Exception {
        var random = new Random(seed);
        int maxRows = List.of(0, 1, 4, 16).get(random.nextInt(4));
        var policy = randomPolicy(random);
        var instances = new ArrayList<FakeInstance>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            instances.add(new FakeInstance(BatcherInvariantsTest::model));
        }
        var callers = new ArrayList<Caller>();
        try (var watcher = new DeadlineWatcher("deadlines");
                var batcher =
                        new DynamicBatcher(
                                "model 'm' version 1",
                                List.copyOf(instances),
                                new BatcherSettings(
                                        maxRows, policy, random.nextBoolean(), Duration.ofHours(1)),
                                BatchListener.NONE,
                                watcher,
                                System::nanoTime)) {
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < THREADS; i++) {
                var caller = new Caller(batcher, maxRows, policy, new Random(random.nextLong()));
                callers.add(caller);
                threads.add(
                        i % 2 == 0
                                ? Thread.ofVirtual().start(caller)
                                : Thread.ofPlatform().start(caller));
            }
            for (var thread : threads) {
                thread.join();
            }
            for (var caller : callers) {
                caller.awaitAll();
            }
            assertThat(batcher.waiting()).as("seed %d", seed).isZero();
        }
        for (var caller : callers) {
            assertThat(caller.wrong).as("seed %d", seed).isEmpty();
            assertThat(caller.answers.get()).as("seed %d", seed).isEqualTo(caller.accepted);
        }
        assertThat(instances)
                .as("seed %d", seed)
                .allMatch(FakeInstance::closed)
                .noneMatch(FakeInstance::misused)
                .allMatch(instance -> instance.largestBatch() <= Math.max(8, maxRows));
    }

    private static DynamicBatching randomPolicy(Random random) {
        var queue =
                new QueuePolicy(
                        random.nextBoolean() ? TimeoutAction.REJECT : TimeoutAction.DELAY,
                        random.nextBoolean() ? 0 : 2_000,
                        true,
                        1 + random.nextInt(2000));
        return new DynamicBatching(
                random.nextBoolean() ? List.of() : List.of(2, 8),
                random.nextBoolean() ? 0 : random.nextInt(3_000),
                random.nextBoolean(),
                random.nextInt(4),
                0,
                queue,
                Map.of(),
                random.nextBoolean());
    }

    /// Echoes, fails on bad values, and sometimes takes a while.
    private static List<Tensor> model(List<Tensor> inputs) {
        var values = Tensors.floats(inputs.getFirst());
        if (values.contains(BAD)) {
            throw new ServingException(ErrorCode.INFERENCE_FAILED, "bad");
        }
        long until = System.nanoTime() + (values.getFirst().intValue() % 7) * 10_000L;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return inputs;
    }

    private static final class Caller implements Runnable {
        private final DynamicBatcher batcher;
        private final int largest;
        private final DynamicBatching policy;
        private final Random random;
        private final List<String> wrong = new ArrayList<>();
        private final AtomicInteger answers = new AtomicInteger();
        private final List<CountDownLatch> open = new ArrayList<>();
        private int accepted;

        private Caller(DynamicBatcher batcher, int maxRows, DynamicBatching policy, Random random) {
            this.batcher = batcher;
            this.largest = maxRows == 0 ? 8 : maxRows;
            this.policy = policy;
            this.random = random;
        }

        @Override
        public void run() {
            for (int i = 0; i < REQUESTS; i++) {
                var request = new Request(i);
                try {
                    var work =
                            new Work(
                                    List.of(request.input),
                                    Set.of(),
                                    policy.priority(random.nextInt(4)),
                                    Deadline.after(Duration.ofNanos(random.nextInt(50_000_000))),
                                    true,
                                    request);
                    batcher.enqueue(work);
                    accepted++;
                    open.add(request.done);
                    if (random.nextInt(20) == 0) {
                        batcher.cancel(work);
                    }
                } catch (ServingException e) {
                    request.expectRefusal(e);
                }
                if (random.nextInt(3) > 0) {
                    batcher.pump();
                }
                if (random.nextInt(4) == 0 && !open.isEmpty()) {
                    batcher.pump();
                    await(open.getLast());
                }
            }
            batcher.pump();
        }

        private void awaitAll() {
            open.forEach(Caller::await);
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void complain(String what) {
            synchronized (wrong) {
                wrong.add(what);
            }
        }

        private final class Request implements Completion {
            private final Tensor input;
            private final List<Float> values;
            private final CountDownLatch done = new CountDownLatch(1);
            private final AtomicInteger answered = new AtomicInteger();

            private Request(int number) {
                int rows = 1 + random.nextInt(largest);
                int width = 1 + random.nextInt(2);
                var numbers = new float[rows * width];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = random.nextInt(100) == 0 ? BAD : number + i;
                }
                input = Tensors.fp32("x", new long[] {rows, width}, numbers);
                values = Tensors.floats(input);
            }

            @Override
            public void succeeded(Answer answer) {
                if (!Tensors.floats(answer.outputs().getFirst()).equals(values)
                        || values.contains(BAD)) {
                    complain("another's answer");
                }
                count();
            }

            @Override
            public void failed(ServingException failure) {
                boolean expected =
                        switch (failure.code()) {
                            case DEADLINE, CANCELLED, OVERLOADED -> true;
                            case INFERENCE_FAILED -> values.contains(BAD);
                            default -> false;
                        };
                if (!expected) {
                    complain(failure.code() + " " + failure.getMessage());
                }
                count();
            }

            private void count() {
                if (answered.incrementAndGet() > 1) {
                    complain("answered twice");
                }
                answers.incrementAndGet();
                done.countDown();
            }

            private void expectRefusal(ServingException e) {
                switch (e.code()) {
                    case QUEUE_FULL, OVERLOADED, DEADLINE -> {}
                    default -> complain("refused by " + e.code());
                }
            }
        }
    }
}
