package io.matih.inference.engine.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.QueuePolicy;
import io.matih.inference.engine.model.QueuePolicy.TimeoutAction;
import io.matih.inference.engine.serving.Tensors;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class DynamicBatcherTest {
    private static final List<Tensor> NOTHING = List.of();
    private static final String LABEL = "model 'm' version 1";

    private final DeadlineWatcher watcher = new DeadlineWatcher("deadlines");

    @AfterEach
    void stopWatching() {
        watcher.close();
    }

    @Test
    void aFullQueueRefusesAtOnceAndSaysWhenToComeBack() throws Exception {
        var gate = new Gate();
        var instance = new FakeInstance(gate::pass);
        try (var batcher = batcher(1, queueOf(1), instance);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> execute(batcher, soon()));
            gate.reached.await();
            var second = threads.submit(() -> execute(batcher, soon()));
            while (batcher.waiting() == 0) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> execute(batcher, soon()))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL);
                                assertThat(e.retryAfter()).isNotNull();
                            });
            gate.open.countDown();
            first.get();
            second.get();
        }
        assertThat(instance.closed()).isTrue();
        assertThat(instance.misused()).isFalse();
    }

    @Test
    void whatWaitsPastItsDeadlineNeverStarts() throws Exception {
        var gate = new Gate();
        var instance = new FakeInstance(gate::pass);
        try (var batcher = batcher(1, queueOf(10), instance);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> execute(batcher, soon()));
            gate.reached.await();
            assertThatThrownBy(() -> execute(batcher, Deadline.after(Duration.ofMillis(20))))
                    .hasMessageContaining("while it waited")
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE));
            assertThat(batcher.waiting()).isZero();
            gate.open.countDown();
            first.get();
        }
        assertThat(instance.executions()).isEqualTo(1);
    }

    /// A caller that gave up on a running execution is free at its deadline, its instance counts as
    /// running until the run has ended, and is closed only after that.
    @Test
    void anExecutionThatCannotBeStoppedKeepsItsInstanceNotItsCaller() throws Exception {
        var gate = new Gate();
        var instance = new FakeInstance(gate::pass);
        var batcher = batcher(1, queueOf(10), instance);
        assertThatThrownBy(() -> execute(batcher, Deadline.after(Duration.ofMillis(20))))
                .hasMessageContaining("while the model ran");
        gate.reached.await();
        assertThat(batcher.running()).isEqualTo(1);
        while (instance.cancels() == 0) {
            Thread.onSpinWait(); // a run that nobody waits for is stopped
        }
        var closing = Thread.ofVirtual().start(batcher::close);
        assertThat(instance.closed()).isFalse();
        gate.open.countDown();
        closing.join();
        assertThat(instance.closed()).isTrue();
        assertThat(instance.misused()).isFalse();
    }

    @Test
    void anInterruptedCallerGivesItsRequestUp() throws Exception {
        var gate = new Gate();
        var instance = new FakeInstance(gate::pass);
        var failure = new CompletableFuture<ErrorCode>();
        var batcher = batcher(1, queueOf(10), instance);
        var caller =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        execute(batcher, soon());
                                    } catch (ServingException e) {
                                        failure.complete(e.code());
                                    }
                                });
        gate.reached.await();
        caller.interrupt();
        assertThat(failure.get()).isEqualTo(ErrorCode.CANCELLED);
        while (instance.cancels() == 0) {
            Thread.onSpinWait();
        }
        gate.open.countDown();
        batcher.close();
    }

    @Test
    void whatComesWhileTheInstanceIsBusyLeavesTogether() throws Exception {
        var gate = new Gate();
        var instance = new FakeInstance(gate::pass);
        try (var batcher = batcher(8, queueOf(100), instance);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> one(batcher, 0));
            gate.reached.await();
            var rest = new ArrayList<Future<Answer>>();
            for (int i = 1; i <= 6; i++) {
                int mine = i;
                rest.add(threads.submit(() -> one(batcher, mine)));
            }
            while (batcher.waiting() < 6) {
                Thread.onSpinWait();
            }
            gate.open.countDown();
            first.get();
            for (int i = 0; i < 6; i++) {
                var answer = rest.get(i).get();
                assertThat(answer.batchRows()).isEqualTo(6);
                assertThat(answer.reason()).isEqualTo(LeaveReason.IDLE);
                assertThat(Tensors.floats(answer.outputs().getFirst()))
                        .containsExactly((float) i + 1);
            }
        }
        assertThat(instance.executions()).isEqualTo(2);
    }

    /// One bad row in a batch fails alone; the others get their answers.
    @Test
    void aBadRowFailsAlone() throws Exception {
        var gate = new Gate();
        var instance =
                new FakeInstance(
                        inputs -> {
                            gate.pass(inputs);
                            if (!inputs.isEmpty()
                                    && Tensors.floats(inputs.getFirst()).contains(3f)) {
                                throw new ServingException(
                                        ErrorCode.INFERENCE_FAILED, "no 3 please");
                            }
                            return inputs;
                        });
        try (var batcher = batcher(8, queueOf(100), instance);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> one(batcher, 0));
            gate.reached.await();
            var rest = new ArrayList<Future<Answer>>();
            for (int i = 1; i <= 5; i++) {
                int mine = i;
                rest.add(threads.submit(() -> one(batcher, mine)));
            }
            while (batcher.waiting() < 5) {
                Thread.onSpinWait();
            }
            gate.open.countDown();
            first.get();
            for (int i = 1; i <= 5; i++) {
                var result = rest.get(i - 1);
                if (i == 3) {
                    assertThatThrownBy(result::get)
                            .isInstanceOf(ExecutionException.class)
                            .hasRootCauseMessage("no 3 please");
                } else {
                    assertThat(Tensors.floats(result.get().outputs().getFirst()))
                            .containsExactly((float) i);
                }
            }
        }
    }

    /// A model whose first axis is no batch, whatever its signature says: every request is
    /// answered, and after some tries nothing is joined any more.
    @Test
    void aModelThatFailsOnlyOnBatchesIsServedOneByOne() throws Exception {
        var instance = new FakeInstance(inputs -> inputs);
        instance.failBatches();
        try (var batcher = batcher(8, delay(20_000), instance);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 6; round++) {
                var results = new ArrayList<Future<Answer>>();
                for (int i = 0; i < 8; i++) {
                    int mine = i;
                    results.add(threads.submit(() -> one(batcher, mine)));
                }
                for (int i = 0; i < 8; i++) {
                    assertThat(Tensors.floats(results.get(i).get().outputs().getFirst()))
                            .containsExactly((float) i);
                }
            }
        }
        assertThat(instance.failedBatches()).isEqualTo(3);
    }

    @Test
    void aBatchThatIsNotFullLeavesAfterItsDelay() {
        var instance = new FakeInstance(inputs -> inputs);
        try (var batcher = batcher(8, delay(5_000), instance)) {
            long started = System.nanoTime();
            var answer = one(batcher, 1);
            assertThat(answer.reason()).isIn(LeaveReason.DELAY, LeaveReason.QUIET);
            assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(answer.queueNanos());
        }
    }

    @Test
    void aBatchIsPaddedToTheNextPreferredSize() {
        var instance = new FakeInstance(inputs -> inputs);
        var policy =
                new DynamicBatching(
                        List.of(4), 0, false, 0, 0, QueuePolicy.DEFAULT, Map.of(), true);
        try (var batcher = batcher(8, policy, instance)) {
            var answer = one(batcher, 7);
            assertThat(Tensors.floats(answer.outputs().getFirst())).containsExactly(7f);
            assertThat(answer.batchRows()).isEqualTo(1);
        }
        assertThat(instance.rowsExecuted()).isEqualTo(4);
    }

    @Test
    void aQueueTimeoutRefusesWithARetry() throws Exception {
        var gate = new Gate();
        var instance = new FakeInstance(gate::pass);
        var policy = policy(new QueuePolicy(TimeoutAction.REJECT, 10_000, true, 100));
        try (var batcher = batcher(1, policy, instance);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> execute(batcher, soon()));
            gate.reached.await();
            assertThatThrownBy(() -> execute(batcher, soon()))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED);
                                assertThat(e.retryAfter()).isNotNull();
                            });
            gate.open.countDown();
            first.get();
        }
    }

    private static Answer one(DynamicBatcher batcher, float value) {
        var input = Tensors.fp32("x", new long[] {1, 1}, value);
        return batcher.execute(List.of(input), Set.of(), 1, soon(), true);
    }

    private static Answer execute(DynamicBatcher batcher, Deadline deadline) {
        return batcher.execute(NOTHING, Set.of(), 1, deadline, true);
    }

    private DynamicBatcher batcher(
            int maxRows, DynamicBatching policy, ModelInstance... instances) {
        return new DynamicBatcher(
                LABEL,
                List.of(instances),
                new BatcherSettings(maxRows, policy, false, Duration.ofSeconds(10)),
                BatchListener.NONE,
                watcher,
                System::nanoTime);
    }

    private static DynamicBatching queueOf(int size) {
        return policy(new QueuePolicy(TimeoutAction.REJECT, 0, true, size));
    }

    private static DynamicBatching policy(QueuePolicy queue) {
        return new DynamicBatching(List.of(), 0, false, 0, 0, queue, Map.of(), false);
    }

    private static DynamicBatching delay(long micros) {
        return new DynamicBatching(
                List.of(), micros, false, 0, 0, QueuePolicy.DEFAULT, Map.of(), false);
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(20));
    }

    /// Holds the first execution until it is opened.
    private static final class Gate {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        private List<Tensor> pass(List<Tensor> inputs) {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return inputs;
        }
    }
}
