package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.zoo.Tensors;
import io.matih.inference.engine.zoo.ZooSamples;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

@Timeout(120)
class RunLimitsTest {
    private static final long FOR_EVER = 2_000_000_000L;

    @TempDir Path folder;
    private OnnxFixture fixture;

    @BeforeEach
    void open() {
        var settings = new OnnxRuntimeSettings(1 << 20, Duration.ofSeconds(60), null);
        fixture = new OnnxFixture(folder, settings);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void theDeadlineStopsAModelThatRuns() {
        try (var instance = fixture.load("slow")) {
            var failure = failure(instance, Deadline.after(Duration.ofMillis(200)));
            assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE);
            assertAnswers(instance);
        }
    }

    @Test
    void nothingBeginsAfterItsDeadline() {
        try (var instance = fixture.load("slow")) {
            var failure = failure(instance, Deadline.after(Duration.ofMillis(-1)));
            assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE);
            assertAnswers(instance);
        }
    }

    @Test
    void theWatcherWakesAfterAQuietTime() {
        // Longer than it takes the watcher to go to sleep.
        try (var instance = fixture.load("slow")) {
            awaitAsleep();
            var failure = failure(instance, Deadline.after(Duration.ofMillis(50)));
            assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE);
        }
    }

    @Test
    void cancelStopsTheExecutionThatRunsAndNoOther() throws Exception {
        try (var instance = fixture.load("slow");
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var answer = pool.submit(() -> failure(instance, Deadline.never()));
                while (!answer.isDone()) {
                    instance.cancel();
                    Thread.onSpinWait();
                }
                assertThat(answer.get().code()).isEqualTo(ErrorCode.CANCELLED);
                assertAnswers(instance);
            }
            instance.cancel();
            assertAnswers(instance);
        }
    }

    @Test
    void outputsAreMeasuredBeforeTheyAreCopied() {
        try (var instance = fixture.load("expand_by_value")) {
            assertThatThrownBy(() -> expand(instance, 1 << 20))
                    .hasMessageContaining("output 'y' has 4194304 bytes")
                    .hasMessageContaining("1048576 are allowed")
                    .extracting("code")
                    .isEqualTo(ErrorCode.OUTPUT_TOO_LARGE);
            assertThat(expand(instance, 3).shape()).isEqualTo(Shape.of(3));
        }
    }

    @Test
    void anOutputThatFitsNoMemoryLeavesTheModelServing() {
        try (var instance = fixture.load("expand_by_value")) {
            assertThatThrownBy(() -> expand(instance, 1L << 50))
                    .extracting("code")
                    .isEqualTo(ErrorCode.RESOURCE_LIMIT);
            assertThat(expand(instance, 3).shape()).isEqualTo(Shape.of(3));
        }
    }

    @Test
    void aClosedInstanceRefusesInsteadOfCrashing() {
        var instance = fixture.load("slow");
        instance.close();
        instance.close();
        assertThat(failure(instance, Deadline.never()).code()).isEqualTo(ErrorCode.MODEL_NOT_READY);
    }

    private static Tensor expand(ModelInstance instance, long elements) {
        return OnnxFixture.run(instance, Tensors.longs("n", Shape.of(1), elements)).getFirst();
    }

    private static ServingException failure(ModelInstance instance, Deadline deadline) {
        var inputs =
                List.of(
                        Tensors.floats("x", Shape.of(1, 256), new float[256]),
                        Tensors.longs("iterations", Shape.of(1), FOR_EVER));
        return catchThrowableOfType(
                ServingException.class,
                () -> instance.execute(List.of(inputs), Set.of(), deadline));
    }

    private static void assertAnswers(ModelInstance instance) {
        var samples = ZooSamples.of("slow");
        var sample = samples.example("two");
        samples.assertAnswers(sample, OnnxFixture.run(instance, sample.inputs()));
    }

    private static void awaitAsleep() {
        var patience = Deadline.after(Duration.ofSeconds(30));
        while (!patience.passed() && watcher().getState() != Thread.State.WAITING) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(watcher().getState()).isEqualTo(Thread.State.WAITING);
    }

    private static Thread watcher() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("onnxruntime-deadlines"))
                .findFirst()
                .orElseThrow();
    }
}
