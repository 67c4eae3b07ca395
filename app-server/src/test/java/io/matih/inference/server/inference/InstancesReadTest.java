package io.matih.inference.server.inference;

import static io.matih.inference.server.inference.Calls.bytes;
import static io.matih.inference.server.inference.Calls.source;
import static io.matih.inference.server.inference.Calls.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

class InstancesReadTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[[5.1,3.5,1.4,0.2],[6,2,4,1]]",
                "[{\"X\":[5.1,3.5,1.4,0.2]},{\"X\":[6,2,4,1]}]",
                "[{\"sl\":5.1,\"sw\":3.5,\"pl\":1.4,\"pw\":0.2},{\"pw\":1,\"pl\":4,\"sw\":2,\"sl\":6}]"
            })
    void takesRowsAsArraysAsObjectsAndByColumn(String rows) {
        var call = Calls.read("{\"instances\":%s,\"model\":\"iris\"}".formatted(rows));
        assertThat(call.options().rows()).isEqualTo(2);
        assertSame(
                call.request().inputs(),
                Calls.floats("X", Shape.of(2, 4), 5.1f, 3.5f, 1.4f, 0.2f, 6, 2, 4, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,2]", "[[1],[2]]", "[{\"x\":1},{\"x\":[2]}]"})
    void takesAScalarARowWhereARowIsOneElement(String rows) {
        assertSame(
                read(rows, source(spec("x", Datatype.FP32, -1, 1))),
                Calls.floats("x", Shape.of(2, 1), 1, 2));
        assertSame(
                read(rows, source(spec("x", Datatype.FP32, -1))),
                Calls.floats("x", Shape.of(2), 1, 2));
    }

    @Test
    void settlesOpenAxesByTheFirstRow() {
        assertSame(
                read("[[[1,2,3],[4,5,6]]]", source(spec("x", Datatype.FP32, -1, -1, -1))),
                Calls.floats("x", Shape.of(1, 2, 3), 1, 2, 3, 4, 5, 6));
        assertSame(
                read("[[],[]]", source(spec("x", Datatype.FP32, -1, -1))),
                Calls.floats("x", Shape.of(2, 0)));
    }

    @Test
    void takesSeveralInputsOfTheirOwnDatatypesAndLeavesOutOptionalOnes() {
        var source =
                source(
                        spec("a", Datatype.INT64, -1),
                        spec("b", Datatype.BOOL, -1, 2),
                        new TensorSpec("c", Datatype.FP32, Shape.of(-1), true));
        assertSame(
                read(
                        "[{\"a\":9007199254740993,\"b\":[true,false]},{\"b\":[true,true],\"a\":2}]",
                        source),
                Calls.longs("a", Datatype.INT64, Shape.of(2), 9007199254740993L, 2),
                Calls.raw("b", Datatype.BOOL, Shape.of(2, 2), 1, 0, 1, 1));
    }

    @Test
    void takesTextColumnsInAnyOrder() {
        var source =
                source(
                        List.of(spec("x", Datatype.BYTES, -1, 2)),
                        List.of(),
                        Map.of("x", List.of("city", "job")));
        assertSame(
                read(
                        "[{\"job\":\"b\",\"city\":\"aa\"},{\"city\":\"\",\"job\":{\"b64\":\"/w==\"}}]",
                        source),
                Calls.raw(
                        "x",
                        Datatype.BYTES,
                        Shape.of(2, 2),
                        2,
                        0,
                        0,
                        0,
                        'a',
                        'a',
                        1,
                        0,
                        0,
                        0,
                        'b',
                        0,
                        0,
                        0,
                        0,
                        1,
                        0,
                        0,
                        0,
                        0xFF));
    }

    @Test
    void takesColumnsBesideAnInputByName() {
        var source =
                source(
                        List.of(spec("x", Datatype.FP32, -1, -1), spec("k", Datatype.FP32, -1)),
                        List.of(),
                        Map.of("x", List.of("p", "q")));
        assertSame(
                read("[{\"k\":7,\"q\":2,\"p\":1}]", source),
                Calls.floats("x", Shape.of(1, 2), 1, 2),
                Calls.floats("k", Shape.of(1), 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"a\",{\"b64\":\"Yg==\"}]", "[{\"b64\":\"YQ==\"},\"b\"]"})
    void takesBlobsOfASingleBytesInput(String rows) {
        assertSame(
                read(rows, source(spec("x", Datatype.BYTES, -1))),
                Calls.raw("x", Datatype.BYTES, Shape.of(2), 1, 0, 0, 0, 'a', 1, 0, 0, 0, 'b'));
    }

    private static List<Tensor> read(String rows, SignatureSource source) {
        return Calls.read("{\"model\":\"m\",\"instances\":%s}".formatted(rows), source)
                .request()
                .inputs();
    }

    private static void assertSame(List<Tensor> actual, Tensor... expected) {
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual.get(i).name()).isEqualTo(expected[i].name());
            assertThat(actual.get(i).datatype()).isEqualTo(expected[i].datatype());
            assertThat(actual.get(i).shape()).isEqualTo(expected[i].shape());
            assertThat(bytes(actual.get(i))).isEqualTo(bytes(expected[i]));
        }
    }
}
