package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.zoo.Tensors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;

@Timeout(120)
class RandomStopsTest {
    private static final long SEED = 20_261_125;
    private static final int ROUNDS = 100;
    private static final int MAX_ITERATIONS = 100;

    private final Random random = new Random(SEED);
    private final Map<ErrorCode, Integer> stops = new EnumMap<>(ErrorCode.class);
    private int answers;

    @Test
    void whateverIsStoppedWhenTheNextExecutionAnswersRightly(@TempDir Path folder)
            throws Exception {
        try (var fixture = new OnnxFixture(folder);
                var instance = fixture.load("slow");
                var others = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < ROUNDS; round++) {
                int iterations = 1 + random.nextInt(MAX_ITERATIONS);
                var right = answer(instance, iterations, Deadline.never());
                var first = others.submit(cancelAfter(instance, random.nextInt(4_000_000)));
                var second = others.submit(cancelAfter(instance, random.nextInt(10_000_000)));
                executeUnderFire(instance, iterations, right);
                first.get();
                executeUnderFire(instance, iterations, right);
                second.get();
            }
            assertThat(fixture.backend.nativeMemory().tensors()).isZero();
        }
        assertThat(answers).isPositive();
        assertThat(stops).containsOnlyKeys(ErrorCode.CANCELLED, ErrorCode.DEADLINE);
    }

    private void executeUnderFire(ModelInstance instance, int iterations, List<Object> right) {
        var deadline =
                random.nextInt(4) == 0
                        ? Deadline.after(Duration.ofNanos(random.nextInt(10_000_000)))
                        : Deadline.never();
        try {
            assertThat(answer(instance, iterations, deadline)).isEqualTo(right);
            answers++;
        } catch (ServingException e) {
            stops.merge(e.code(), 1, Integer::sum);
        }
    }

    private static Runnable cancelAfter(ModelInstance instance, long nanos) {
        return () -> {
            long until = System.nanoTime() + nanos;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            instance.cancel();
        };
    }

    private static List<Object> answer(ModelInstance instance, int iterations, Deadline deadline) {
        var x = new float[256];
        x[0] = 1;
        List<Tensor> inputs =
                List.of(
                        Tensors.floats("x", Shape.of(1, 256), x),
                        Tensors.longs("iterations", Shape.of(1), iterations));
        var outputs = instance.execute(List.of(inputs), Set.of(), deadline).outputs();
        return Tensors.values(outputs.getFirst().getFirst());
    }
}
