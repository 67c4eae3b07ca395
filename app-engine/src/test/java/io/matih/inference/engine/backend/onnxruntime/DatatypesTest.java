package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.zoo.Tensors;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;

class DatatypesTest {
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
    @CsvSource({
        "INT8, INT8, -128, 127",
        "UINT8, UINT8, 0, 255",
        "INT16, INT16, -32768, 32767",
        "UINT16, UINT16, 0, 65535",
        "INT32, INT32, -2147483648, 2147483647",
        "UINT32, UINT32, 0, 4294967295",
        "INT64, INT64, -9223372036854775808, 9223372036854775807",
        "UINT64, UINT64, 0, 18446744073709551615",
    })
    void integersKeepTheirWholeRange(
            DataType type, Datatype datatype, BigInteger least, BigInteger most) {
        assertEcho(type, datatype, List.of(least, most, BigInteger.ONE));
    }

    @ParameterizedTest
    @CsvSource({"FLOAT16, FP16", "BFLOAT16, BF16", "FLOAT, FP32", "DOUBLE, FP64"})
    void floatsKeepTheirBits(DataType type, Datatype datatype) {
        assertEcho(type, datatype, List.of(1.5, -0.0, Double.POSITIVE_INFINITY));
    }

    @Test
    void booleansAreBytes() {
        assertEcho(DataType.BOOL, Datatype.BOOL, List.of(true, false, true));
    }

    @Test
    void emptyBatchesAreAnswered() {
        assertEcho(DataType.FLOAT, Datatype.FP32, List.of());
        assertEcho(DataType.UINT32, Datatype.UINT32, List.of());
        assertEcho(DataType.STRING, Datatype.BYTES, List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"😀", "a\0b", "ü 漢 😀 é", "\uFFFF", "", "plain"})
    void theModelSeesTheVeryText(String text) {
        try (var instance = fixture.load(Models.equalTo(text))) {
            var answer =
                    OnnxFixture.run(
                            instance, Tensors.strings("x", Shape.of(2), text, text + "x"));
            assertThat(Tensors.values(answer.get(0))).containsExactly(true, false);
            assertThat(Tensors.values(answer.get(1))).containsExactly(text);
        }
    }

    @Test
    void stringsOfSeveralRequestsAreJoinedAndSplit() {
        try (var instance = fixture.load(Models.identity(DataType.STRING))) {
            var requests =
                    List.of(
                            List.of(Tensors.strings("x", Shape.of(2), "", "😀\0")),
                            List.of(Tensors.strings("x", Shape.of(1), "b")),
                            List.of(Tensors.strings("x", Shape.of(3), "ccc", "", "d")));
            var answers = OnnxFixture.runAll(instance, requests);
            assertThat(answers.stream().map(a -> Tensors.values(a.getFirst())))
                    .containsExactly(
                            List.of("", "😀\0"), List.of("b"), List.of("ccc", "", "d"));
        }
    }

    @Test
    void bytesThatAreNoTextAreRefusedByElement() {
        try (var instance = fixture.load(Models.identity(DataType.STRING))) {
            var input =
                    Tensors.blobs("x", Shape.of(2), new byte[] {'a'}, new byte[] {(byte) 0xC0, 1});
            assertThatThrownBy(() -> OnnxFixture.run(instance, input))
                    .isInstanceOf(ServingException.class)
                    .hasMessage("input 'x': element 1 is not UTF-8; this model takes text")
                    .extracting("code")
                    .isEqualTo(ErrorCode.INVALID_DTYPE);
        }
    }

    @Test
    void mapsBecomeColumnsInTheModelsOrder() {
        var row = Tensors.floats("x", Shape.of(2, 3), .1f, .2f, .7f, .3f, .4f, .5f);
        for (var model :
                List.of(Models.zipMap(20, -3, 7), Models.zipMap("z", "😀", "\uFFFD"))) {
            try (var instance = fixture.load(model)) {
                var answer = OnnxFixture.run(instance, row).getFirst();
                assertThat(answer.shape()).isEqualTo(Shape.of(2, 3));
                assertThat(Tensors.values(answer)).isEqualTo(Tensors.values(row));
            }
        }
    }

    private void assertEcho(DataType type, Datatype datatype, List<Object> values) {
        try (var instance = fixture.load(Models.identity(type))) {
            var input = Tensors.of("x", datatype, Shape.of(values.size()), values);
            var output = OnnxFixture.run(instance, input).getFirst();
            assertThat(output.datatype()).isEqualTo(datatype);
            assertThat(output.shape()).isEqualTo(input.shape());
            assertThat(Tensors.values(output)).isEqualTo(Tensors.values(input));
        }
    }
}
