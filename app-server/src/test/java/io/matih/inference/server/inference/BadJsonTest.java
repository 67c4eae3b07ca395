package io.matih.inference.server.inference;

import static io.matih.inference.engine.error.ErrorCode.*;
import static io.matih.inference.server.inference.BadRequests.*;
import static io.matih.inference.server.inference.Calls.input;
import static io.matih.inference.server.inference.Calls.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.matih.inference.engine.error.ErrorCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Bodies that are refused as JSON: syntax, encoding, limits.
class BadJsonTest {
    @ParameterizedTest
    @MethodSource({"syntax", "limits"})
    void isRefusedWithItsCodeFieldAndValue(String body, ErrorCode code, List<String> parts) {
        BadRequests.assertRefused(body, code, parts);
    }

    static Stream<Arguments> syntax() {
        return Stream.of(
                bad(
                        "field twice",
                        "{\"model\":\"m\",\"model\":\"m\"}",
                        MALFORMED_JSON,
                        "model",
                        "twice"),
                bad(
                        "field twice, escaped",
                        "{\"model\":\"m\",\"mo\\u0064el\":\"m\"}",
                        MALFORMED_JSON,
                        "twice"),
                bad(
                        "null field twice",
                        "{\"model\":null,\"model\":\"m\"}",
                        MALFORMED_JSON,
                        "twice"),
                bad(
                        "input's field twice",
                        "{\"inputs\":[{\"name\":\"x\",\"name\":\"x\"}]}",
                        MALFORMED_JSON,
                        "inputs[0].name",
                        "twice"),
                bad(
                        "parameter twice",
                        "{\"parameters\":{\"timeout\":1,\"timeout\":1}}",
                        MALFORMED_JSON,
                        "parameters.timeout",
                        "twice"),
                bad(
                        "output's field twice",
                        "{\"outputs\":[{\"name\":\"x\",\"name\":\"x\"}]}",
                        MALFORMED_JSON,
                        "outputs[0].name",
                        "twice"),
                bad(
                        "b64 twice",
                        input("BYTES", "[1]", "[{\"b64\":\"\",\"b64\":\"\"}]"),
                        MALFORMED_JSON,
                        "inputs[0].data[0].b64",
                        "twice"),
                bad(
                        "column twice",
                        "{\"model\":\"m\",\"instances\":[{\"sl\":1,\"sl\":2}]}",
                        MALFORMED_JSON,
                        "instances[0].sl",
                        "twice"),
                bad(
                        "row's input twice",
                        "{\"model\":\"m\",\"instances\":[{\"X\":[1,2,3,4],\"X\":[1,2,3,4]}]}",
                        MALFORMED_JSON,
                        "instances[0].X",
                        "twice"),
                bad("trailing value", OK + " 1", MALFORMED_JSON, "follows the request"),
                bad("trailing object", OK + "{}", MALFORMED_JSON, "follows the request"),
                bad("trailing letter", OK + "x", MALFORMED_JSON, "line 1, column", "x"),
                bad("trailing comma", "{\"model\":\"m\",}", MALFORMED_JSON, "column 14"),
                bad(
                        "trailing comma in data",
                        input("FP32", "[1]", "[1,]"),
                        MALFORMED_JSON,
                        "inputs[0].data"),
                bad("comment", "/* c */" + OK, MALFORMED_JSON, "line 1, column 1", "/* c"),
                bad("comment at the end", OK + "// c", MALFORMED_JSON, "// c"),
                bad("single quotes", "{'model':'m'}", MALFORMED_JSON, "'model"),
                bad("no quotes", "{model:1}", MALFORMED_JSON, "{model"),
                bad("cut short", OK.substring(0, OK.length() - 1), MALFORMED_JSON, "line 1"),
                bad(
                        "cut short in data, skipped",
                        "{\"model\":\"m\",\"instances\":[[1,2",
                        MALFORMED_JSON,
                        "instances[0][1]"),
                bad("leading zero", input("FP32", "[1]", "[01]"), MALFORMED_JSON, "01"),
                bad("leading plus", input("FP32", "[1]", "[+1]"), MALFORMED_JSON, "+1"),
                bad("leading point", input("FP32", "[1]", "[.5]"), MALFORMED_JSON, ".5"),
                bad("trailing point", input("FP32", "[1]", "[5.]"), MALFORMED_JSON, "5."),
                bad("hexadecimal", input("INT32", "[1]", "[0x10]"), MALFORMED_JSON, "0x10"),
                bad("raw newline in a string", "{\"model\":\"a\nb\"}", MALFORMED_JSON, "model"),
                bad(
                        "on line 3",
                        "{\n\"id\":\"é\",\n  \"model\" 1}",
                        MALFORMED_JSON,
                        "line 3, column 11"),
                bad("byte order mark", "\uFEFF" + OK, MALFORMED_JSON, "byte order mark"),
                bad(
                        "lone high surrogate",
                        field("id", "\"\\ud800\""),
                        MALFORMED_JSON,
                        "id",
                        "surrogate"),
                bad(
                        "lone low surrogate",
                        field("id", "\"a\\udc00b\""),
                        MALFORMED_JSON,
                        "surrogate"),
                bad(
                        "surrogates the wrong way round",
                        field("id", "\"\\udc00\\ud800\""),
                        MALFORMED_JSON,
                        "surrogate"),
                bad(
                        "lone surrogate in BYTES",
                        input("BYTES", "[2]", "[\"\",\"x\\ud800y\"]"),
                        MALFORMED_JSON,
                        "inputs[0].data[1]",
                        "surrogate"),
                bad("lone surrogate in a field", "{\"\\ud800\":1}", MALFORMED_JSON, "\\ud800"),
                bad("U+0000 in the id", field("id", "\"\\u0000\""), MALFORMED_JSON, "id", "U+0000"),
                bad(
                        "U+0000 in a name",
                        "{\"inputs\":[{\"name\":\"x\\u0000\"}]}",
                        MALFORMED_JSON,
                        "inputs[0].name",
                        "U+0000"),
                bad("U+0000 in a field", "{\"mod\\u0000el\":1}", MALFORMED_JSON, "U+0000"));
    }

    static Stream<Arguments> limits() {
        return Stream.of(
                bad("65 levels", "[".repeat(65) + "]".repeat(65), JSON_LIMIT, "64 levels"),
                bad("100,000 levels", "[".repeat(100_000), JSON_LIMIT, "64 levels"),
                bad(
                        "65 levels of data",
                        input("FP32", "[1]", "[".repeat(62) + "]".repeat(62)),
                        JSON_LIMIT,
                        "64 levels",
                        "inputs[0].data[0]"),
                bad(
                        "65 levels of data, skipped",
                        skipped("[".repeat(62) + "]".repeat(62)),
                        JSON_LIMIT,
                        "64 levels"),
                bad("100,000 levels, skipped", skipped("[".repeat(100_000)), JSON_LIMIT, "64"),
                bad(
                        "100,000 levels of rows",
                        "{\"model\":\"m\",\"instances\":" + "[".repeat(100_000),
                        JSON_LIMIT,
                        "64 levels",
                        "line 1"),
                bad(
                        "100,000 objects of rows",
                        "{\"model\":\"m\",\"instances\":[" + "{\"a\":".repeat(100_000),
                        JSON_LIMIT,
                        "64 levels"),
                bad(
                        "number of 2,000 digits",
                        input("FP64", "[2]", "[1," + "1".repeat(2000) + "]"),
                        JSON_LIMIT,
                        "inputs[0].data[1]",
                        "100 characters"),
                bad(
                        "number with 2,000 decimals",
                        input("FP64", "[1]", "[0." + "1".repeat(2000) + "]"),
                        JSON_LIMIT,
                        "inputs[0].data[0]",
                        "100 characters"),
                bad(
                        "exponent of 2,000 digits",
                        input("FP64", "[1]", "[1e" + "0".repeat(2000) + "]"),
                        JSON_LIMIT,
                        "inputs[0].data[0]",
                        "100 characters"),
                bad(
                        "string of 30 MB",
                        input("BYTES", "[1]", "[\"" + "s".repeat(30_000_000) + "\"]"),
                        JSON_LIMIT,
                        "16777216 characters",
                        "inputs[0].data[0]"),
                bad(
                        "field name of 60 KB",
                        "{\"" + "n".repeat(60_000) + "\":1}",
                        JSON_LIMIT,
                        "1024"),
                bad(
                        "tensor name of 60 KB",
                        "{\"model\":\"m\",\"inputs\":[{\"name\":\"" + "n".repeat(60_000) + "\"}]}",
                        JSON_LIMIT,
                        "inputs[0].name",
                        "1024",
                        "nnn"),
                bad(
                        "257 inputs",
                        IntStream.range(0, 257)
                                .mapToObj(
                                        "{\"name\":\"x%d\",\"datatype\":\"INT8\",\"shape\":[0],\"data\":[]}"
                                                ::formatted)
                                .collect(
                                        Collectors.joining(
                                                ",", "{\"model\":\"m\",\"inputs\":[", "]}")),
                        JSON_LIMIT,
                        "inputs",
                        "256"),
                bad(
                        "100,000 outputs",
                        field(
                                "outputs",
                                IntStream.range(0, 100_000)
                                        .mapToObj("{\"name\":\"x%d\"}"::formatted)
                                        .collect(Collectors.joining(",", "[", "]"))),
                        JSON_LIMIT,
                        "outputs",
                        "256"));
    }

    @ParameterizedTest
    @MethodSource
    void bytesThatAreNoUtf8AreRefused(byte[] id, String part) {
        var body = new ByteArrayOutputStream();
        body.writeBytes("{\"model\":\"m\",\n\"id\":\"".getBytes(StandardCharsets.UTF_8));
        body.writeBytes(id);
        body.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
        var refusal = refusal(body.toByteArray(), Calls.IRIS);
        assertThat(refusal.code()).isEqualTo(MALFORMED_JSON);
        assertThat(refusal.getMessage()).contains("not UTF-8", "line 2, column 7", part);
    }

    static Stream<Arguments> bytesThatAreNoUtf8AreRefused() {
        return Stream.of(
                argumentSet("overlong NUL", bytes(0xC0, 0x80), "0xC0"),
                argumentSet("overlong slash, 3 bytes", bytes(0xE0, 0x80, 0xAF), "0xE0"),
                argumentSet("overlong, 4 bytes", bytes(0xF0, 0x80, 0x80, 0xAF), "0xF0"),
                argumentSet("surrogate", bytes(0xED, 0xA0, 0x80), "0xED"),
                argumentSet("above U+10FFFF", bytes(0xF4, 0x90, 0x80, 0x80), "0xF4"),
                argumentSet("continuation alone", bytes(0x80), "0x80"),
                argumentSet("cut short", bytes(0xE2, 0x82), "0xE2"),
                argumentSet("Latin-1", bytes(0xE9), "0xE9"),
                argumentSet("never legal", bytes(0xFF), "0xFF"));
    }

    @ParameterizedTest
    @MethodSource
    void otherEncodingsAreRefused(String encoding) {
        var refusal = refusal(OK.getBytes(Charset.forName(encoding)), Calls.IRIS);
        assertThat(refusal.code()).isEqualTo(MALFORMED_JSON);
        assertThat(refusal.getMessage()).containsAnyOf("UTF-16", "byte order mark");
    }

    static Stream<String> otherEncodingsAreRefused() {
        return Stream.of(
                "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "x-UTF-16LE-BOM");
    }

    private static byte[] bytes(int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /// Data before its datatype and shape.
    private static String skipped(String data) {
        return "{\"model\":\"m\",\"inputs\":[{\"data\":%s,\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1]}]}"
                .formatted(data);
    }
}
