package io.matih.inference.engine.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

class InstancePoolTest {
    private static final List<Tensor> NOTHING = List.of();

    @Test
    void aFullQueueRefusesAtOnceAndSaysWhenToComeBack() throws Exception {
        var gate = new CountDownLatch(1);
        var running = new CountDownLatch(1);
        var instance = new FakeInstance(inputs -> waitFor(running, gate, inputs));
        try (var pool = new InstancePool("model 'm' version 1", List.of(instance), 1);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> pool.execute(NOTHING, Set.of(), soon()));
            running.await();
            var second = threads.submit(() -> pool.execute(NOTHING, Set.of(), soon()));
            while (pool.queueDepth() == 0) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> pool.execute(NOTHING, Set.of(), soon()))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL);
                                assertThat(e.retryAfter()).isNotNull();
                            });
            gate.countDown();
            first.get();
            second.get();
        }
        assertThat(instance.closed()).isTrue();
        assertThat(instance.misused()).isFalse();
    }

    @Test
    void whatWaitsPastItsDeadlineNeverStarts() throws Exception {
        var gate = new CountDownLatch(1);
        var running = new CountDownLatch(1);
        var instance = new FakeInstance(inputs -> waitFor(running, gate, inputs));
        try (var pool = new InstancePool("model 'm' version 1", List.of(instance), 10);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> pool.execute(NOTHING, Set.of(), soon()));
            running.await();
            assertThatThrownBy(
                            () ->
                                    pool.execute(
                                            NOTHING,
                                            Set.of(),
                                            Deadline.after(Duration.ofMillis(20))))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE));
            assertThat(pool.queueDepth()).isZero();
            gate.countDown();
            first.get();
        }
        assertThat(instance.executions()).isEqualTo(1);
    }

    /// A caller that gave up on a running execution is free at its deadline, and the instance is
    /// closed only after the run has ended.
    @Test
    void anExecutionThatCannotBeStoppedKeepsItsInstanceNotItsCaller() throws Exception {
        var gate = new CountDownLatch(1);
        var running = new CountDownLatch(1);
        var instance = new FakeInstance(inputs -> waitFor(running, gate, inputs));
        var pool = new InstancePool("model 'm' version 1", List.of(instance), 10);
        assertThatThrownBy(
                        () ->
                                pool.execute(
                                        NOTHING, Set.of(), Deadline.after(Duration.ofMillis(20))))
                .hasMessageContaining("while the model ran");
        running.await();
        var closing = Thread.ofVirtual().start(pool::close);
        assertThat(instance.closed()).isFalse();
        gate.countDown();
        closing.join();
        assertThat(instance.closed()).isTrue();
        assertThat(instance.misused()).isFalse();
    }

    @Test
    void aFailureReachesItsCallerAndNobodyElse() {
        var count = new AtomicInteger();
        var instance =
                new FakeInstance(
                        inputs -> {
                            if (count.incrementAndGet() == 1) {
                                throw new ServingException(ErrorCode.INFERENCE_FAILED, "no");
                            }
                            return inputs;
                        });
        try (var pool = new InstancePool("model 'm' version 1", List.of(instance), 10)) {
            assertThatThrownBy(() -> pool.execute(NOTHING, Set.of(), soon())).hasMessage("no");
            assertThat(pool.execute(NOTHING, Set.of(), soon()).execution().outputs()).hasSize(1);
        }
    }

    /// Under random load with random deadlines: every request is answered once, with its own answer
    /// or a deadline, no instance is used twice at once, and closing is clean.
    @Test
    void everyRequestIsAnsweredOnceWithItsOwnAnswer() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var instances = new ArrayList<FakeInstance>();
        for (int i = 0; i < 3; i++) {
            instances.add(new FakeInstance(inputs -> inputs));
        }
        int answered = 0;
        int late = 0;
        try (var pool = new InstancePool("model 'm' version 1", List.copyOf(instances), 5000);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 2000; i++) {
                float mine = i;
                var deadline = Deadline.after(Duration.ofNanos(random.nextInt(20_000_000)));
                results.add(threads.submit(ownAnswer(pool, mine, deadline)));
            }
            for (var result : results) {
                if (result.get()) {
                    answered++;
                } else {
                    late++;
                }
            }
            assertThat(pool.queueDepth()).as("seed %d", seed).isZero();
        }
        assertThat(answered + late).isEqualTo(2000);
        assertThat(instances).allMatch(FakeInstance::closed).noneMatch(FakeInstance::misused);
    }

    private static Callable<Boolean> ownAnswer(InstancePool pool, float mine, Deadline deadline) {
        return () -> {
            try {
                var input = Tensors.fp32("x", new long[] {1}, mine);
                var answer = pool.execute(List.of(input), Set.of(), deadline);
                assertThat(Tensors.floats(answer.execution().outputs().getFirst().getFirst()))
                        .containsExactly(mine);
                return true;
            } catch (ServingException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE);
                return false;
            }
        };
    }

    private static List<Tensor> waitFor(
            CountDownLatch running, CountDownLatch gate, List<Tensor> inputs) {
        running.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return inputs;
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(20));
    }
}
