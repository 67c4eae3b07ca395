package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.Test;

class PredictWriteTest {
    private static final String TENSOR_FORM = Calls.input("FP32", "[1]", "[1]");
    private static final String ROW_FORM =
            "{\"model\":\"iris\",\"id\":\"r-1\",\"instances\":[[1,2,3,4],[1,2,3,4]]}";
    private static final Tensor LABEL =
            Calls.longs("label", Datatype.INT64, Shape.of(2), 0, Long.MIN_VALUE);
    private static final Tensor PROBABILITIES =
            Calls.floats("probabilities", Shape.of(2, 2), 0.1f, 1, -0f, 1e-10f);

    @Test
    void answersTensorsFlatWithMeta() {
        assertThat(Calls.write(Calls.read(TENSOR_FORM), WriteOptions.DEFAULT, PROBABILITIES))
                .isEqualTo(
                        """
                        {"model_name":"iris","model_version":"3",\
                        "outputs":[{"name":"probabilities","datatype":"FP32","shape":[2,2],\
                        "data":[0.1,1.0,-0.0,1.0E-10]}],\
                        "meta":{"backend":"onnxruntime","device":"cpu",\
                        "batch":{"size":8,"reason":"full"},\
                        "route":{"deployment":"iris","variant":"stable"},\
                        "timings_us":{"queue":210,"assemble":15,"compute":640,"total":870}}}""");
    }

    @Test
    void answersRowsBesideOutputs() {
        assertThat(Calls.write(Calls.read(ROW_FORM), LABEL, PROBABILITIES))
                .startsWith(
                        """
                        {"id":"r-1","model_name":"iris","model_version":"3","predictions":[\
                        {"label":0,"probabilities":[0.1,1.0]},\
                        {"label":-9223372036854775808,"probabilities":[-0.0,1.0E-10]}],"outputs":[{""");
        assertThat(Calls.write(Calls.read(ROW_FORM), LABEL))
                .contains("\"predictions\":[0,-9223372036854775808],\"outputs\"");
        assertThat(Calls.write(Calls.read(ROW_FORM), PROBABILITIES))
                .contains("\"predictions\":[[0.1,1.0],[-0.0,1.0E-10]]");
    }

    @Test
    void leavesOutPredictionsWhereAnOutputHasNotOneEntryARow() {
        var mean = Calls.floats("mean", Shape.of(1, 2), 1, 2);
        var scalar = Calls.floats("scalar", Shape.of(), 1);
        assertThat(Calls.write(Calls.read(ROW_FORM), LABEL, mean)).doesNotContain("predictions");
        assertThat(Calls.write(Calls.read(ROW_FORM), scalar))
                .doesNotContain("predictions")
                .contains("\"shape\":[],\"data\":[1.0]");
    }

    @Test
    void writesEveryDatatype() {
        assertThat(data(Datatype.BOOL, 2, 0, 1)).isEqualTo("[false,true]");
        assertThat(data(Datatype.UINT8, 2, 255, 0)).isEqualTo("[255,0]");
        assertThat(data(Datatype.INT8, 2, 255, 1)).isEqualTo("[-1,1]");
        assertThat(data(Datatype.UINT16, 1, 0xFE, 0xFF)).isEqualTo("[65534]");
        assertThat(data(Datatype.INT16, 1, 0xFE, 0xFF)).isEqualTo("[-2]");
        assertThat(data(Datatype.UINT32, 1, 0xFF, 0xFF, 0xFF, 0xFF)).isEqualTo("[4294967295]");
        assertThat(data(Datatype.INT32, 1, 0xFF, 0xFF, 0xFF, 0xFF)).isEqualTo("[-1]");
        assertThat(data(Datatype.UINT64, 1, 255, 255, 255, 255, 255, 255, 255, 255))
                .isEqualTo("[18446744073709551615]");
        assertThat(data(Datatype.FP16, 2, 0x00, 0x3C, 0xFF, 0x7B)).isEqualTo("[1.0,65504.0]");
        assertThat(data(Datatype.BF16, 1, 0x80, 0x3F)).isEqualTo("[1.0]");
        assertThat(data(Datatype.FP64, 1, 0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F))
                .isEqualTo("[0.1]");
        assertThat(data(Datatype.BYTES, 2, 3, 0, 0, 0, '"', 0, '\n', 1, 0, 0, 0, 0xFF))
                .isEqualTo("[\"\\\"\\u0000\\n\",{\"b64\":\"/w==\"}]");
    }

    @Test
    void escapesNames() {
        var named = Calls.floats("a\"b\\\u0001é", Shape.of(0));
        assertThat(Calls.write(Calls.read(TENSOR_FORM), named))
                .contains("\"name\":\"a\\\"b\\\\\\u0001é\"");
    }

    @Test
    void refusesNonFiniteNumbersUnlessAskedForStrings() {
        var nan = Calls.floats("y", Shape.of(3), 1, Float.NaN, Float.NEGATIVE_INFINITY);
        assertThatExceptionOfType(ServingException.class)
                .isThrownBy(() -> Calls.write(Calls.read(TENSOR_FORM), nan))
                .withMessageContainingAll("'y'", "NaN at 1", "non_finite")
                .returns(ErrorCode.NON_FINITE_OUTPUT, ServingException::code);
        var asked = Calls.input("FP32", "[1]", "[1]", "{\"non_finite\":\"string\"}");
        assertThat(Calls.write(Calls.read(asked), nan))
                .contains("\"data\":[1.0,\"NaN\",\"-Infinity\"]");
    }

    @Test
    void writesTheBestClassesWhereAskedFor() {
        var call =
                Calls.read(
                        """
                        {"model":"iris","instances":[[1,2,3,4],[1,2,3,4]],
                         "outputs":[{"name":"probabilities","parameters":{"classification":1}}]}""");
        assertThat(Calls.write(call, PROBABILITIES))
                .contains(
                        """
                        "predictions":[["1.0:1"],["1.0E-10:1"]],\
                        "outputs":[{"name":"probabilities","datatype":"BYTES","shape":[2,1],\
                        "data":["1.0:1","1.0E-10:1"]}]""");
    }

    private static String data(Datatype datatype, long count, int... bytes) {
        var json =
                Calls.write(
                        Calls.read(TENSOR_FORM), Calls.raw("y", datatype, Shape.of(count), bytes));
        return json.substring(json.indexOf("\"data\":") + 7, json.length() - "}]}".length());
    }
}
