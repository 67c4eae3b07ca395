package io.matih.inference.server.inference;

import static io.matih.inference.server.inference.Calls.bytes;
import static io.matih.inference.server.inference.Calls.input;
import static io.matih.inference.server.inference.Calls.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class PredictReadTest {
    private static final byte[] ONE_TO_FOUR = floats(1, 2, 3, 4);

    @Test
    void readsTheWholeEnvelope() {
        var call =
                read(
                        """
                        {"model":"iris","version":3,"id":"r-1",
                         "inputs":[{"name":"X","datatype":"FP32","shape":[1,4],
                                    "data":[[1,2,3,4]],"parameters":null}],
                         "instances":null,
                         "outputs":[{"name":"probabilities","parameters":{"classification":2}},
                                    {"name":"label","parameters":{"binary_data":false}}],
                         "parameters":{"priority":0,"timeout":50000,"cache":"use",
                                       "binary_data_output":false}}
                        """);
        var request = call.request();
        assertThat(request.model()).isEqualTo("iris");
        assertThat(request.version()).isEqualTo("3");
        assertThat(request.id()).isEqualTo("r-1");
        assertThat(request.outputs())
                .containsExactly(
                        new RequestedOutput("probabilities", 2), new RequestedOutput("label", 0));
        assertThat(request.timeout()).isEqualTo(Duration.ofMillis(50));
        assertThat(call.options())
                .isEqualTo(
                        new AnswerOptions(
                                null, false, new BinaryOutputs(false, Map.of("label", false))));
        assertThat(bytes(request.inputs().getFirst())).isEqualTo(ONE_TO_FOUR);
    }

    @Test
    void leavesOutWhatIsNotGiven() {
        var request =
                read(input("FP32", "[1]", "[1]", "{\"timeout\":0}").replace("\"m\"", "\"m.2_x-y\""))
                        .request();
        assertThat(request.model()).isEqualTo("m.2_x-y");
        assertThat(request.version()).isNull();
        assertThat(request.id()).isNull();
        assertThat(request.outputs()).isEmpty();
        assertThat(request.timeout()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"1,1", "\"17\",17", "2147483647,2147483647", "\"stable\",stable", "\"abc\",abc"})
    void takesNumbersAndLabelsAsVersions(String json, String version) {
        var body =
                input("FP32", "[1]", "[1]")
                        .replace("\"model\"", "\"version\":" + json + ",\"model\"");
        assertThat(read(body).request().version()).isEqualTo(version);
    }

    @Test
    void fieldsMayComeInAnyOrder() {
        var fields =
                List.of(
                        "\"name\":\"x\"",
                        "\"datatype\":\"FP32\"",
                        "\"shape\":[2,2]",
                        "\"data\":[[1,2],[3,4]]");
        var envelope = List.of("\"model\":\"m\"", "\"version\":\"3\"", "\"id\":\"i\"");
        for (var order : permutations(fields)) {
            var inputs = "\"inputs\":[{" + String.join(" , ", order) + "}]";
            for (var outer : permutations(append(envelope, inputs))) {
                var request = read("{" + String.join(",\n", outer) + "}").request();
                var tensor = request.inputs().getFirst();
                assertThat(request.version()).isEqualTo("3");
                assertThat(tensor.name()).isEqualTo("x");
                assertThat(tensor.shape()).isEqualTo(Shape.of(2, 2));
                assertThat(bytes(tensor)).as(outer.toString()).isEqualTo(ONE_TO_FOUR);
            }
        }
    }

    @Test
    void rowsMayComeBeforeTheirModel() {
        for (var order :
                permutations(
                        List.of(
                                "\"model\":\"iris\"",
                                "\"version\":3",
                                "\"instances\":[[1,2,3,4]]",
                                "\"parameters\":{}"))) {
            var call = read("{" + String.join(",", order) + "}");
            assertThat(bytes(call.request().inputs().getFirst())).isEqualTo(ONE_TO_FOUR);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1,2,3,4]", "[[1,2],[3,4]]", " [ [ 1 , 2.0 ] , [ 3e0 , 40e-1 ] ] "})
    void dataIsNestedOrFlat(String data) {
        var tensor = read(input("FP32", "[2,2]", data)).request().inputs().getFirst();
        assertThat(bytes(tensor)).isEqualTo(ONE_TO_FOUR);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|7|1",
                "[]|[7]|1",
                "[0]|[]|0",
                "[0,4]|[]|0",
                "[2,0]|[[],[]]|0",
                "[2,0]|[]|0",
                "[1,1,1]|[[[7]]]|1",
                "[1,1,1]|[7]|1"
            })
    void takesScalarsAndEmptyTensors(String shape, String data, int count) {
        var tensor = read(input("INT8", shape, data)).request().inputs().getFirst();
        assertThat(tensor.data().byteSize()).isEqualTo(count);
        assertThat(tensor.shape()).hasToString(shape);
    }

    @Test
    void keepsIntegersExact() {
        assertThat(longs("INT64", "[9223372036854775807,-9223372036854775808,9007199254740993,-0]"))
                .containsExactly(Long.MAX_VALUE, Long.MIN_VALUE, 9007199254740993L, 0);
        assertThat(longs("UINT64", "[18446744073709551615,9223372036854775808,0,1]"))
                .containsExactly(-1, Long.MIN_VALUE, 0, 1);
    }

    @Test
    void roundsFloatsOnce() {
        // Just above the middle between 1 and its neighbour; through double it would round down.
        assertThat(first("FP32", "1.00000005960464477540").getFloat()).isEqualTo(Math.nextUp(1f));
        assertThat(first("FP32", "-0").getInt()).isEqualTo(0x80000000);
        assertThat(first("FP32", "-0.0").getInt()).isEqualTo(0x80000000);
        assertThat(first("FP64", "-0").getLong()).isEqualTo(Long.MIN_VALUE);
        assertThat(first("FP32", "3.4028235e38").getFloat()).isEqualTo(Float.MAX_VALUE);
        assertThat(first("FP32", "1.4e-45").getFloat()).isEqualTo(Float.MIN_VALUE);
        assertThat(first("FP32", "1e-999999999").getFloat()).isZero();
        assertThat(first("FP32", "16777217").getFloat()).isEqualTo(16777216f);
        assertThat(first("FP32", "9007199791611905").getFloat()).isEqualTo(0x1.000002p53f);
        assertThat(first("FP64", "123456789012345678901234567890").getDouble())
                .isEqualTo(1.2345678901234568e29);
        assertThat(first("FP64", "0.1").getDouble()).isEqualTo(0.1);
    }

    @Test
    void roundsSmallFloatsOnce() {
        assertThat(first("FP16", "65519.99").getShort()).isEqualTo((short) 0x7BFF);
        assertThat(first("FP16", "1.00048828125").getShort()).isEqualTo((short) 0x3C00);
        assertThat(first("FP16", "1.000488281250000000000000000001").getShort())
                .isEqualTo((short) 0x3C01);
        assertThat(first("FP16", "5.960464477539063e-8").getShort()).isEqualTo((short) 1);
        assertThat(first("FP16", "-0").getShort()).isEqualTo((short) 0x8000);
        assertThat(first("BF16", "1.00390625").getShort()).isEqualTo((short) 0x3F80);
        assertThat(first("BF16", "1.00390625000000000000000000001").getShort())
                .isEqualTo((short) 0x3F81);
        assertThat(first("BF16", "1157442765409226753").getShort()).isEqualTo((short) 0x5D81);
        assertThat(first("BF16", "3.3895313892515355e38").getShort()).isEqualTo((short) 0x7F7F);
    }

    @Test
    void takesNonFiniteNumbersAsStringsWhereAsked() {
        var data = "[\"NaN\",\"Infinity\",\"-Infinity\",1]";
        var body = input("FP32", "[4]", data, "{\"non_finite\":\"string\"}");
        var call = read(body);
        assertThat(call.options().nonFiniteAsStrings()).isTrue();
        assertThat(bytes(call.request().inputs().getFirst()))
                .isEqualTo(floats(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1));
        assertThat(first("FP16", "\"-Infinity\"").getShort()).isEqualTo((short) 0xFC00);
        assertThat(first("BF16", "\"NaN\"").getShort()).isEqualTo((short) 0x7FC0);
        assertThat(first("FP64", "\"Infinity\"").getDouble()).isInfinite();
    }

    @Test
    void takesBytesAsTextOrBase64() {
        var tensor =
                read(input(
                                "BYTES",
                                "[2,2]",
                                "[[\"aé€😀\",\"\\u0000\\n\"],[\"\",{\"b64\":\"/wA=\"}]]"))
                        .request()
                        .inputs()
                        .getFirst();
        var expected = new ElementBuffer(64);
        for (byte[] element :
                List.of(
                        "aé€😀".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        new byte[] {0, '\n'},
                        new byte[0],
                        new byte[] {-1, 0})) {
            expected.putInt(element.length);
            expected.putBytes(element);
        }
        assertThat(tensor.data().mismatch(expected.toSegment())).isEqualTo(-1);
    }

    @Test
    void takesOnlyTrueAndFalseAsBool() {
        var tensor = read(input("BOOL", "[2]", "[true,false]")).request().inputs().getFirst();
        assertThat(bytes(tensor)).containsExactly(1, 0);
    }

    @Test
    void takes64Levels() {
        var deepest = "[".repeat(61) + "]".repeat(61);
        var refusal =
                Calls.refusal(
                        ("{\"model\":\"m\",\"inputs\":[{\"data\":"
                                        + deepest
                                        + ",\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1]}]}")
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        Calls.IRIS);
        assertThat(refusal.getMessage()).startsWith("inputs[0].data[0]: expected an element");
    }

    private static long[] longs(String datatype, String data) {
        var tensor = read(input(datatype, "[4]", data)).request().inputs().getFirst();
        var values = new long[4];
        ByteBuffer.wrap(bytes(tensor)).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(values);
        return values;
    }

    private static ByteBuffer first(String datatype, String number) {
        Tensor tensor =
                read(input(datatype, "[1]", "[" + number + "]", "{\"non_finite\":\"string\"}"))
                        .request()
                        .inputs()
                        .getFirst();
        assertThat(tensor.datatype()).isEqualTo(Datatype.valueOf(datatype));
        return ByteBuffer.wrap(bytes(tensor)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] floats(float... values) {
        return bytes(Calls.floats("x", Shape.of(values.length), values));
    }

    private static <T> List<T> append(List<T> list, T last) {
        var longer = new ArrayList<>(list);
        longer.add(last);
        return longer;
    }

    private static <T> List<List<T>> permutations(List<T> items) {
        if (items.isEmpty()) {
            return List.of(List.of());
        }
        var all = new ArrayList<List<T>>();
        for (int i = 0; i < items.size(); i++) {
            var rest = new ArrayList<>(items);
            var chosen = rest.remove(i);
            permutations(rest).forEach(order -> all.add(append(order, chosen)));
        }
        return all;
    }
}
