package io.matih.inference.engine.batching;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.serving.Tensors;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/// What must not cost a batcher its instances.
class BatcherSurvivalTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final DeadlineWatcher watcher = new DeadlineWatcher("deadlines");

    @AfterEach
    void stopWatching() {
        watcher.close();
    }

    private DynamicBatcher batcher(FakeInstance instance, boolean steady) {
        return new DynamicBatcher(
                "model 'm' version 1",
                List.of(instance),
                new BatcherSettings(8, DynamicBatching.DEFAULT, steady, Duration.ofSeconds(10)),
                BatchListener.NONE,
                watcher,
                System::nanoTime);
    }

    private static Work work(Completion completion) {
        return new Work(input(), Set.of(), 1, Deadline.after(PATIENCE), true, completion);
    }

    private static List<Tensor> input() {
        return List.of(Tensors.fp32("x", new long[] {1, 1}, 1));
    }

    private static Answer ask(DynamicBatcher batcher) {
        return batcher.execute(input(), Set.of(), 1, Deadline.after(PATIENCE), true);
    }

    /// Memory that runs out shows where the next allocation is: anywhere.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReceiverThatBreaksCostsNoInstance(boolean steady) {
        var instance = new FakeInstance(inputs -> inputs);
        try (var batcher = batcher(instance, steady)) {
            ask(batcher);
            for (int i = 0; i < 3; i++) {
                batcher.enqueue(work(new Breaking()));
                batcher.pump();
                assertThat(ask(batcher).outputs()).hasSize(1);
            }
        }
        assertThat(instance.closed()).isTrue();
        assertThat(instance.misused()).isFalse();
    }

    /// A stop can arrive when a batch has been taken and the runtime has not been called yet.
    @Test
    void aStopThatCameTooEarlyIsRepeated() throws Exception {
        var begun = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var instance = new Stubborn(begun, ended);
        try (var batcher = batcher(instance.fake, false)) {
            var work = work(new Ignoring());
            batcher.enqueue(work);
            batcher.pump();
            begun.await();
            batcher.cancel(work);
            ended.await();
        }
        assertThat(instance.fake.cancels()).isGreaterThanOrEqualTo(2);
    }

    /// Runs until it is stopped a second time, or for as long as the test is patient.
    private static final class Stubborn {
        private final FakeInstance fake;

        private Stubborn(CountDownLatch begun, CountDownLatch ended) {
            fake = new FakeInstance(inputs -> run(inputs, begun, ended));
        }

        private List<Tensor> run(List<Tensor> inputs, CountDownLatch begun, CountDownLatch ended) {
            begun.countDown();
            long end = System.nanoTime() + PATIENCE.toNanos() / 2;
            while (fake.cancels() < 2 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            ended.countDown();
            return inputs;
        }
    }

    private static final class Breaking implements Completion {
        @Override
        public void succeeded(Answer answer) {
            throw new OutOfMemoryError("as if");
        }

        @Override
        public void failed(ServingException failure) {
            throw new OutOfMemoryError("as if");
        }
    }

    private static final class Ignoring implements Completion {
        @Override
        public void succeeded(Answer answer) {}

        @Override
        public void failed(ServingException failure) {}
    }
}
