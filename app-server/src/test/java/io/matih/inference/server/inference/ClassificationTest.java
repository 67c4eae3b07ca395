package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

class ClassificationTest {
    @Test
    void givesTheBestOfEachRowBestFirst() {
        var scores = Calls.floats("p", Shape.of(2, 3), 0.1f, 0.7f, 0.2f, 3, 1, 2);
        assertBest(scores, 2, "[2,2]", "\"0.7:1\",\"0.2:2\",\"3.0:0\",\"2.0:2\"");
    }

    @Test
    void clipsToTheClassesThereAre() {
        assertBest(
                Calls.floats("p", Shape.of(1, 2), 1, 2), 100_000, "[1,2]", "\"2.0:1\",\"1.0:0\"");
    }

    @Test
    void takesOneRowWithoutABatch() {
        assertBest(Calls.floats("p", Shape.of(3), 1, 3, 2), 1, "[1]", "\"3.0:1\"");
    }

    @Test
    void countsFurtherAxesAsClasses() {
        assertBest(Calls.floats("p", Shape.of(1, 2, 2), 1, 3, 2, 4), 1, "[1,1]", "\"4.0:3\"");
    }

    @Test
    void prefersTheLowerIndexOfEqualScores() {
        assertBest(
                Calls.floats("p", Shape.of(1, 4), 1, 2, 2, 2), 2, "[1,2]", "\"2.0:1\",\"2.0:2\"");
    }

    @Test
    void comparesUnsignedAndSmallNumbers() {
        assertBest(
                Calls.longs("p", Datatype.UINT64, Shape.of(1, 2), 1, -1),
                1,
                "[1,1]",
                "\"18446744073709551615:1\"");
        assertBest(Calls.longs("p", Datatype.INT64, Shape.of(1, 2), 1, -1), 1, "[1,1]", "\"1:0\"");
        assertBest(
                Calls.raw("p", Datatype.BF16, Shape.of(1, 2), 0x80, 0xBF, 0, 0),
                1,
                "[1,1]",
                "\"0.0:1\"");
    }

    @Test
    void putsNanLastAndRefusesItUnlessAllowed() {
        var scores = Calls.floats("p", Shape.of(1, 3), 1, Float.NaN, -1);
        assertBest(scores, 3, "[1,3]", "\"1.0:0\",\"-1.0:2\",\"NaN:1\"");
        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(() -> Classification.best(scores, 3, List.of(), false))
                .returns(ErrorCode.NON_FINITE_OUTPUT, ServingException::code);
    }

    @Test
    void namesTheClassesThatHaveNames() {
        var scores = Calls.floats("p", Shape.of(1, 3), 1, 3, 2);
        var out = new JsonOutput(64);
        TensorWriter.write(out, Classification.best(scores, 3, List.of("cat", "dog"), true), false);
        assertThat(new String(out.toBytes(), StandardCharsets.UTF_8))
                .contains("[\"3.0:1:dog\",\"2.0:2\",\"1.0:0:cat\"]");
    }

    @Test
    void refusesWhatHasNoClasses() {
        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(
                        () ->
                                Classification.best(
                                        Calls.floats("p", Shape.of(), 1), 3, List.of(), true))
                .withMessageContaining("FP32 []")
                .returns(ErrorCode.INVALID_PARAMETER, ServingException::code);
    }

    private static void assertBest(Tensor scores, int classes, String shape, String data) {
        var out = new JsonOutput(64);
        TensorWriter.write(out, Classification.best(scores, classes, List.of(), true), false);
        assertThat(new String(out.toBytes(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"name\":\"p\",\"datatype\":\"BYTES\",\"shape\":%s,\"data\":[%s]}"
                                .formatted(shape, data));
    }
}
