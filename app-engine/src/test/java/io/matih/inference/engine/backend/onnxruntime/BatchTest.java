package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.zoo.Tensors;
import io.matih.inference.engine.zoo.ZooSamples;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

class BatchTest {
    private static final Tensor TWO_ROWS =
            Tensors.floats("x", Shape.of(2, 4), 1, 2, 3, 4, 5, 6, 7, 8);

    @TempDir Path folder;
    private OnnxFixture fixture;

    @BeforeEach
    void open() {
        fixture = new OnnxFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "iris",
                "iris_zipmap",
                "digits_cnn",
                "passengers",
                "sentiment",
                "digits_post"
            })
    void requestsExecutedTogetherAnswerAsEachAlone(String model) {
        var samples = ZooSamples.of(model);
        try (var instance = fixture.load(model)) {
            var requests = samples.cases().stream().map(ZooSamples.Case::inputs).toList();
            assertThat(requests).hasSizeGreaterThan(1);
            var together = OnnxFixture.runAll(instance, requests);
            for (int i = 0; i < requests.size(); i++) {
                samples.assertAnswers(samples.cases().get(i), together.get(i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mean_over_batch", "first_row_only"})
    void anOutputThatDoesNotKeepItsRowsIsNoAnswer(String model) {
        try (var instance = fixture.load(model)) {
            var one = Tensors.floats("x", Shape.of(1, 4), 1, 2, 3, 4);
            assertThatThrownBy(
                            () ->
                                    OnnxFixture.runAll(
                                            instance, List.of(List.of(TWO_ROWS), List.of(one))))
                    .hasMessageContaining("output 'y' has shape")
                    .hasMessageContaining("a batch of 3 rows")
                    .extracting("code")
                    .isEqualTo(ErrorCode.INFERENCE_FAILED);
            assertThat(OnnxFixture.run(instance, TWO_ROWS)).hasSize(1);
        }
    }

    @Test
    void requestsOfOtherShapesCannotBeJoined() {
        try (var instance = fixture.load("echo")) {
            var wide = Tensors.floats("x", Shape.of(1, 5), 1, 2, 3, 4, 5);
            assertThatThrownBy(
                            () ->
                                    OnnxFixture.runAll(
                                            instance, List.of(List.of(TWO_ROWS), List.of(wide))))
                    .hasMessageContaining("FP32 [1,5] cannot be executed together with FP32 [2,4]")
                    .extracting("code")
                    .isEqualTo(ErrorCode.INVALID_SHAPE);
        }
    }

    @Test
    void requestsWithOtherInputsCannotBeJoined() {
        var both = ZooSamples.of("add_sub").cases().getFirst().inputs();
        try (var instance = fixture.load("add_sub")) {
            for (var requests :
                    List.of(List.of(both, both.subList(1, 2)), List.of(both.subList(1, 2), both))) {
                assertThatThrownBy(() -> OnnxFixture.runAll(instance, requests))
                        .hasMessageContaining("input '%s' came with some", both.getFirst().name())
                        .extracting("code")
                        .isEqualTo(ErrorCode.INVALID_SHAPE);
            }
        }
    }

    @Test
    void theOrderOfInputsDoesNotMatterButEachComesOnce() {
        var samples = ZooSamples.of("add_sub");
        var sample = samples.cases().getFirst();
        try (var instance = fixture.load("add_sub")) {
            var reversed = sample.inputs().reversed();
            samples.assertAnswers(sample, OnnxFixture.run(instance, reversed));
            var twice = List.of(reversed.getFirst(), reversed.getFirst());
            assertThatThrownBy(() -> OnnxFixture.run(instance, twice))
                    .extracting("code")
                    .isEqualTo(ErrorCode.DUPLICATE_INPUT);
        }
    }

    @Test
    void onlyTheOutputsThatAreWantedComeInTheModelsOrder() {
        var sample = ZooSamples.of("echo_types").cases().getFirst();
        try (var instance = fixture.load("echo_types")) {
            var wanted = Set.of("str_out", "f64_out");
            var answer =
                    instance.execute(List.of(sample.inputs()), wanted, Deadline.never()).outputs();
            assertThat(answer.getFirst())
                    .extracting(Tensor::name)
                    .containsExactly("f64_out", "str_out");
        }
    }

    @Test
    void namesThatTheModelDoesNotHaveAreRefused() {
        try (var instance = fixture.load("echo")) {
            var other = Tensors.floats("z", Shape.of(1, 1), 1);
            assertThatThrownBy(() -> OnnxFixture.run(instance, other))
                    .extracting("code")
                    .isEqualTo(ErrorCode.UNKNOWN_INPUT);
            assertThatThrownBy(
                            () ->
                                    instance.execute(
                                            List.of(List.of(TWO_ROWS)),
                                            Set.of("nope"),
                                            Deadline.never()))
                    .extracting("code")
                    .isEqualTo(ErrorCode.UNKNOWN_OUTPUT);
        }
    }

    @Test
    void theBatchBufferGrowsAndShrinks() {
        var memory = fixture.backend.nativeMemory();
        try (var instance = fixture.load("echo")) {
            var large = Tensors.floats("x", Shape.of(1, 1 << 20), new float[1 << 20]);
            assertThat(OnnxFixture.run(instance, large).getFirst().data().byteSize())
                    .isEqualTo(4 << 20);
            assertThat(memory.bufferBytes()).isGreaterThanOrEqualTo(4 << 20);
            for (int i = 0; i < 100; i++) {
                OnnxFixture.run(instance, TWO_ROWS);
            }
            assertThat(memory.bufferBytes()).isLessThan(1 << 16);
        }
    }
}
