package io.matih.inference.server.inference;

import static io.matih.inference.engine.error.ErrorCode.*;
import static io.matih.inference.server.inference.BadRequests.*;
import static io.matih.inference.server.inference.Calls.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.tensor.Datatype;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Rows that are refused.
class BadInstancesTest {
    @ParameterizedTest
    @MethodSource({"instances"})
    void isRefusedWithItsCodeFieldAndValue(String body, ErrorCode code, List<String> parts) {
        BadRequests.assertRefused(body, code, parts);
    }

    static Stream<Arguments> instances() {
        return Stream.of(
                bad("none", rows("[]"), EMPTY_BATCH, "instances"),
                bad("no list", rows("{}"), MALFORMED_REQUEST, "instances", "an array"),
                bad(
                        "short row",
                        rows("[[1,2,3,4],[1,2,3]]"),
                        INVALID_SHAPE,
                        "instances[1]:",
                        "4 elements",
                        "got 3"),
                bad(
                        "long row",
                        rows("[[1,2,3,4,5]]"),
                        INVALID_SHAPE,
                        "instances[0]:",
                        "4 elements",
                        "got 5"),
                bad("scalar row", rows("[1]"), INVALID_SHAPE, "instances[0]", "got 1"),
                bad("string", rows("[[1,2,\"3\",4]]"), INVALID_DTYPE, "instances[0][2]", "\"3\""),
                bad("range", rows("[[1,2,1e40,4]]"), OUT_OF_RANGE, "instances[0][2]", "1e40"),
                bad(
                        "unknown name",
                        rows("[{\"x\":[1,2,3,4]}]"),
                        UNKNOWN_INPUT,
                        "instances[0].x",
                        "X, sl, sw, pl, pw"),
                bad(
                        "missing column",
                        rows("[{\"sl\":1,\"sw\":1,\"pw\":1}]"),
                        MISSING_INPUT,
                        "instances[0].pl"),
                bad(
                        "missing column in a later row",
                        rows(
                                "[{\"sl\":1,\"sw\":1,\"pl\":1,\"pw\":1},{\"sl\":1,\"sw\":1,\"pl\":1}]"),
                        MISSING_INPUT,
                        "instances[1].pw"),
                bad("no column at all", rows("[{}]"), MISSING_INPUT, "instances[0].sl"),
                bad(
                        "unknown column",
                        rows("[{\"sl\":1,\"sw\":1,\"pl\":1,\"pww\":1}]"),
                        UNKNOWN_INPUT,
                        "instances[0].pww"),
                bad(
                        "list in a column",
                        rows("[{\"sl\":[1],\"sw\":1,\"pl\":1,\"pw\":1}]"),
                        INVALID_DTYPE,
                        "instances[0].sl",
                        "an array"),
                bad(
                        "columns and the whole",
                        rows("[{\"sl\":1,\"X\":[1,2,3,4]}]"),
                        MALFORMED_REQUEST,
                        "instances[0].X",
                        "both"),
                bad(
                        "another form by row",
                        rows("[{\"X\":[1,2,3,4]},{\"sl\":1,\"sw\":1,\"pl\":1,\"pw\":1}]"),
                        MALFORMED_REQUEST,
                        "instances[1]",
                        "first row"),
                bad(
                        "array after object",
                        rows("[{\"X\":[1,2,3,4]},[1,2,3,4]]"),
                        MALFORMED_REQUEST,
                        "instances[1]",
                        "an array"),
                bad(
                        "object after array",
                        rows("[[1,2,3,4],{\"X\":[1,2,3,4]}]"),
                        MALFORMED_REQUEST,
                        "instances[1]",
                        "an object"),
                bad(
                        "non-finite, not allowed",
                        rows("[[1,2,\"NaN\",4]]"),
                        INVALID_DTYPE,
                        "instances[0][2]",
                        "non_finite"));
    }

    @Test
    void aModelWithTwoInputsNeedsRowsThatAreObjects() {
        var two =
                Calls.source(
                        Calls.spec("a", Datatype.FP32, -1), Calls.spec("b", Datatype.FP32, -1));
        var refusal =
                refusal(
                        "{\"model\":\"m\",\"instances\":[1]}".getBytes(StandardCharsets.UTF_8),
                        two);
        assertThat(refusal.code()).isEqualTo(MALFORMED_REQUEST);
        assertThat(refusal.getMessage()).contains("instances[0]", "a, b", "2 inputs");
    }

    @Test
    void aScalarInputHasNoRows() {
        var scalar = Calls.source(Calls.spec("a", Datatype.FP32));
        var refusal =
                refusal(
                        "{\"model\":\"m\",\"instances\":[1]}".getBytes(StandardCharsets.UTF_8),
                        scalar);
        assertThat(refusal.code()).isEqualTo(INVALID_SHAPE);
        assertThat(refusal.getMessage()).contains("'a'", "scalar");
    }

    @Test
    void rowsOfOpenAxesMustAgreeWithTheFirst() {
        var open = Calls.source(Calls.spec("a", Datatype.FP32, -1, -1));
        var refusal =
                refusal(
                        "{\"model\":\"m\",\"instances\":[[1,2],[1]]}"
                                .getBytes(StandardCharsets.UTF_8),
                        open);
        assertThat(refusal.code()).isEqualTo(INVALID_SHAPE);
        assertThat(refusal.getMessage()).contains("instances[1]", "2 elements", "got 1");
    }

    @Test
    void columnsThatDoNotMakeUpARowAreRefused() {
        var wrong =
                Calls.source(
                        List.of(Calls.spec("a", Datatype.FP32, -1, 3)),
                        List.of(),
                        Map.of("a", List.of("p", "q")));
        var refusal =
                refusal(
                        "{\"model\":\"m\",\"instances\":[{\"p\":1,\"q\":2}]}"
                                .getBytes(StandardCharsets.UTF_8),
                        wrong);
        assertThat(refusal.code()).isEqualTo(INVALID_SHAPE);
        assertThat(refusal.getMessage()).contains("'a'", "2 columns", "[3]");
    }
}
