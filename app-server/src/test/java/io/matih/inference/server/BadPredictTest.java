package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What predict answers to what it must not accept: exactly the status and the code, in the one
/// error form, naming the field; and a good request is answered right after it.
class BadPredictTest {
    @TempDir private static Path data;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        server.deploy("iris");
        server.deploy("add_sub");
        server.deploy("echo");
        server.deploy("nan_out");
        server.deploy("expand_by_value");
        server.deploy("fails_on_negative");
        server.deploy("strings_echo");
        server.deploy("slow");
        server.deploy("fixed_batch4");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Arguments bad(int row, int status, String code, String names, String body) {
        return Arguments.of(row, status, code, names, body);
    }

    private static String iris(String tensor) {
        return "{\"model\":\"iris\",\"inputs\":[%s]}".formatted(tensor);
    }

    private static String x(String datatype, String shape, String data) {
        return "{\"name\":\"X\",\"datatype\":\"%s\",\"shape\":%s,\"data\":%s}"
                .formatted(datatype, shape, data);
    }

    static Stream<Arguments> rows() {
        var four = "[1,2,3,4]";
        return Stream.of(
                bad(1, 400, "INVALID_SHAPE", "X", iris(x("FP32", "[1,4]", "[1,2,3]"))),
                bad(1, 400, "INVALID_SHAPE", "[-1,4]", iris(x("FP32", "[1,5]", "[1,2,3,4,5]"))),
                bad(
                        2,
                        400,
                        "INVALID_SHAPE",
                        "data[1]",
                        iris(x("FP32", "[2,4]", "[[1,2,3,4],[1,2,3]]"))),
                bad(3, 400, "MALFORMED_JSON", "NaN", iris(x("FP32", "[1,4]", "[NaN,2,3,4]"))),
                bad(4, 400, "OUT_OF_RANGE", "1e39", iris(x("FP32", "[1,4]", "[1e39,2,3,4]"))),
                bad(
                        4,
                        400,
                        "OUT_OF_RANGE",
                        "1e999999999",
                        iris(x("FP32", "[1,4]", "[1e999999999,2,3,4]"))),
                bad(6, 400, "INVALID_DTYPE", "data", iris(x("FP32", "[1,4]", "[\"3\",2,3,4]"))),
                bad(6, 400, "INVALID_DTYPE", "data", iris(x("FP32", "[1,4]", "[true,2,3,4]"))),
                bad(6, 400, "INVALID_DTYPE", "data", iris(x("FP32", "[1,4]", "[null,2,3,4]"))),
                bad(7, 400, "INVALID_DTYPE", "FP32", iris(x("FP64", "[1,4]", four))),
                bad(7, 400, "INVALID_DTYPE", "BF16", iris(x("FLOAT", "[1,4]", four))),
                bad(
                        8,
                        400,
                        "MISSING_INPUT",
                        "INPUT1",
                        "{\"model\":\"add_sub\",\"inputs\":[" + addSub("INPUT0") + "]}"),
                bad(
                        8,
                        400,
                        "UNKNOWN_INPUT",
                        "nope",
                        iris(x("FP32", "[1,4]", four).replace("\"X\"", "\"nope\""))),
                bad(
                        8,
                        400,
                        "DUPLICATE_INPUT",
                        "X",
                        iris(x("FP32", "[1,4]", four) + "," + x("FP32", "[1,4]", four))),
                bad(9, 400, "MALFORMED_REQUEST", "inputs", "{\"model\":\"iris\",\"inputs\":[]}"),
                bad(9, 400, "MALFORMED_REQUEST", "model", "{}"),
                bad(9, 400, "MALFORMED_REQUEST", "", "[]"),
                bad(9, 400, "MALFORMED_REQUEST", "", "null"),
                bad(9, 400, "MALFORMED_REQUEST", "", ""),
                bad(9, 400, "MALFORMED_REQUEST", "instances", "{\"model\":\"iris\"}"),
                bad(10, 400, "EMPTY_BATCH", "X", iris(x("FP32", "[0,4]", "[]"))),
                bad(10, 400, "EMPTY_BATCH", "instances", "{\"model\":\"iris\",\"instances\":[]}"),
                bad(12, 400, "INVALID_SHAPE", "-1", iris(x("FP32", "[-1,4]", four))),
                bad(
                        12,
                        400,
                        "INVALID_SHAPE",
                        "shape",
                        iris(x("FP32", "[1152921504606846976,4]", four))),
                bad(
                        12,
                        400,
                        "INVALID_SHAPE",
                        "shape",
                        iris(x("FP32", "[4294967296,4294967296]", four))),
                bad(
                        13,
                        413,
                        "OUTPUT_TOO_LARGE",
                        "n",
                        "{\"model\":\"expand_by_value\",\"inputs\":[{\"name\":\"n\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[9000000000]}]}"),
                bad(
                        14,
                        500,
                        "NON_FINITE_OUTPUT",
                        "y",
                        "{\"model\":\"nan_out\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,1],\"data\":[-1]}]}"),
                bad(15, 400, "JSON_LIMIT", "", iris(x("FP32", "[1,4]", "[".repeat(100_000)))),
                bad(
                        15,
                        400,
                        "JSON_LIMIT",
                        "",
                        iris(x("FP32", "[1,4]", "[".repeat(65) + "]".repeat(65)))),
                bad(
                        16,
                        400,
                        "JSON_LIMIT",
                        "",
                        iris(x("FP32", "[1,4]", "[" + "1".repeat(2000) + ",2,3,4]"))),
                bad(16, 400, "JSON_LIMIT", "", "{\"" + "n".repeat(60_000) + "\":1}"),
                bad(
                        17,
                        400,
                        "MALFORMED_JSON",
                        "",
                        "{\"model\":\"iris\",\"model\":\"iris\",\"instances\":[[1,2,3,4]]}"),
                bad(
                        17,
                        400,
                        "MALFORMED_JSON",
                        "",
                        "{\"model\":\"iris\",\"instances\":[[1,2,3,4]]} true"),
                bad(
                        17,
                        400,
                        "MALFORMED_JSON",
                        "",
                        "{/*c*/\"model\":\"iris\",\"instances\":[[1,2,3,4]]}"),
                bad(
                        18,
                        400,
                        "MALFORMED_JSON",
                        "",
                        "{\"model\":\"iris\",\"id\":\"\\ud800\",\"instances\":[[1,2,3,4]]}"),
                bad(
                        18,
                        400,
                        "MALFORMED_JSON",
                        "",
                        "{\"model\":\"iris\",\"id\":\"a\\u0000b\",\"instances\":[[1,2,3,4]]}"),
                bad(
                        28,
                        404,
                        "MODEL_NOT_FOUND",
                        "ghost",
                        "{\"model\":\"ghost\",\"instances\":[[1]]}"),
                bad(
                        28,
                        404,
                        "MODEL_NOT_FOUND",
                        "abc",
                        "{\"model\":\"iris\",\"version\":\"abc\",\"instances\":[[1,2,3,4]]}"),
                bad(
                        28,
                        404,
                        "MODEL_NOT_FOUND",
                        "7",
                        "{\"model\":\"iris\",\"version\":\"7\",\"instances\":[[1,2,3,4]]}"),
                bad(
                        28,
                        400,
                        "INVALID_PARAMETER",
                        "version",
                        "{\"model\":\"iris\",\"version\":\"-1\",\"instances\":[[1,2,3,4]]}"),
                bad(
                        28,
                        400,
                        "INVALID_PARAMETER",
                        "version",
                        "{\"model\":\"iris\",\"version\":0,\"instances\":[[1,2,3,4]]}"),
                bad(
                        28,
                        400,
                        "INVALID_PARAMETER",
                        "version",
                        "{\"model\":\"iris\",\"version\":\"99999999999999\",\"instances\":[[1,2,3,4]]}"),
                bad(30, 504, "DEADLINE", "slow", slow(100_000_000, 100_000)),
                bad(30, 400, "INVALID_PARAMETER", "timeout", slow(1, -1)),
                bad(30, 400, "INVALID_PARAMETER", "timeout", slow(1, 1_000_000_000_000_000_000L)),
                bad(58, 400, "INVALID_NAME", "model", "{\"model\":\"a/b\",\"instances\":[[1]]}"),
                bad(
                        59,
                        400,
                        "INVALID_NAME",
                        "model",
                        "{\"model\":\"\\\"} 1\\nevil{\",\"instances\":[[1]]}"));
    }

    private static String addSub(String name) {
        return "{\"name\":\"%s\",\"datatype\":\"INT32\",\"shape\":[1,16],\"data\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}"
                .formatted(name);
    }

    private static String slow(long iterations, long timeoutMicros) {
        return """
               {"model":"slow","inputs":[{"name":"x","datatype":"FP32","shape":[1,256],"data":[%s]},
               {"name":"iterations","datatype":"INT64","shape":[1],"data":[%d]}],"parameters":{"timeout":%d}}"""
                .formatted("0,".repeat(255) + "0", iterations, timeoutMicros);
    }

    @ParameterizedTest(name = "row {0}: {1} {2} {4}")
    @MethodSource("rows")
    void isRefusedAsTheContractSays(int row, int status, String code, String names, String body) {
        var answer = server.predict(body);
        assertThat(answer.code()).as("row %d: %s", row, answer.body()).isEqualTo(code);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(names);
        requireErrorForm(answer);
        requireServing();
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        var body =
                "{\"model\":\"iris\",\"id\":\"?\",\"instances\":[[1,2,3,4]]}"
                        .getBytes(StandardCharsets.UTF_8);
        body[21] = (byte) 0xC0;
        var answer = server.post(TestServer.API + "/predict", body);
        assertThat(answer.code()).isEqualTo("MALFORMED_JSON");
        requireErrorForm(answer);
        var utf16 = "{\"model\":\"iris\"}".getBytes(StandardCharsets.UTF_16);
        assertThat(server.post(TestServer.API + "/predict", utf16).code())
                .isEqualTo("MALFORMED_JSON");
        requireServing();
    }

    @Test
    void moreRowsThanOneRequestMayHoldAreRefused() {
        var rows = "[0,0,0,0],".repeat(65_536) + "[0,0,0,0]";
        var answer = server.predict("{\"model\":\"iris\",\"instances\":[" + rows + "]}");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.code()).isEqualTo("BATCH_TOO_LARGE");
        assertThat(answer.body()).contains("65536");
    }

    @Test
    void nonFiniteNumbersGoInAndOutAsStringsWhereTheClientSaysSo() {
        var answer =
                server.predict(
                        """
                        {"model":"nan_out","inputs":[{"name":"x","datatype":"FP32","shape":[2,1],"data":[-1,"Infinity"]}],
                        "parameters":{"non_finite":"string"}}""");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/outputs/0/data").toString())
                .isEqualTo("[\"NaN\",\"-Infinity\"]");
    }

    @Test
    void aRowThatMakesTheModelFailIsTheModelsFailure() {
        var sample =
                TestServer.JSON.readTree(
                        TestServer.resource("/models/fails_on_negative/samples.json"));
        var failing = sample.at("/failing_cases/0/inputs");
        var answer = server.predict("{\"model\":\"fails_on_negative\",\"inputs\":" + failing + "}");
        assertThat(answer.code()).as(answer.body()).isEqualTo("INFERENCE_FAILED");
        assertThat(answer.status()).isEqualTo(500);
        requireErrorForm(answer);
        requireServing();
    }

    private static void requireErrorForm(TestServer.Answer answer) {
        var json = answer.json();
        assertThat(json.get("error").isString()).isTrue();
        assertThat(json.get("status").intValue()).isEqualTo(answer.status());
        assertThat(json.get("request_id").stringValue()).isNotBlank();
        assertThat(json.get("details").isArray()).isTrue();
        assertThat(answer.body())
                .doesNotContain("io.matih", "java.", "Exception", "\tat ", data.toString());
    }

    private static void requireServing() {
        requireServing(server);
    }

    static void requireServing(TestServer server) {
        var answer = server.predict("{\"model\":\"iris\",\"instances\":[[5.1,3.5,1.4,0.2]]}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
}
