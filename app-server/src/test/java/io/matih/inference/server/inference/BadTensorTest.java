package io.matih.inference.server.inference;

import static io.matih.inference.engine.error.ErrorCode.*;
import static io.matih.inference.server.inference.BadRequests.*;
import static io.matih.inference.server.inference.Calls.input;

import io.matih.inference.engine.error.ErrorCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Stream;

/// Tensors that are refused: shapes, numbers, datatypes.
class BadTensorTest {
    @ParameterizedTest
    @MethodSource({"shapes", "numbers", "datatypes"})
    void isRefusedWithItsCodeFieldAndValue(String body, ErrorCode code, List<String> parts) {
        BadRequests.assertRefused(body, code, parts);
    }

    static Stream<Arguments> shapes() {
        return Stream.of(
                bad(
                        "too few, flat",
                        input("FP32", "[2,4]", "[1,2,3]"),
                        INVALID_SHAPE,
                        "inputs[0].data",
                        "8 elements",
                        "got 3",
                        "'x'",
                        "[2,4]"),
                bad(
                        "too many, flat",
                        input("FP32", "[2]", "[1,2,3,4]"),
                        INVALID_SHAPE,
                        "inputs[0].data",
                        "2 elements",
                        "got 4"),
                bad(
                        "ragged, short row",
                        input("FP32", "[3,2]", "[[1,2],[3,4],[5]]"),
                        INVALID_SHAPE,
                        "inputs[0].data[2]:",
                        "2 elements",
                        "got 1"),
                bad(
                        "ragged, long row",
                        input("FP32", "[3,2]", "[[1,2],[3,4,5],[5]]"),
                        INVALID_SHAPE,
                        "inputs[0].data[1]:",
                        "2 elements",
                        "got 3"),
                bad(
                        "ragged, deep",
                        input("FP32", "[1,2,2]", "[[[1,2],[3]]]"),
                        INVALID_SHAPE,
                        "inputs[0].data[0][1]:"),
                bad(
                        "a number among rows",
                        input("FP32", "[2,2]", "[[1,2],3]"),
                        INVALID_SHAPE,
                        "inputs[0].data[1]:",
                        "got 3"),
                bad(
                        "a row among numbers",
                        input("FP32", "[2,2]", "[1,[2,3],4]"),
                        INVALID_SHAPE,
                        "inputs[0].data[1]:",
                        "got an array"),
                bad(
                        "nested too deep",
                        input("FP32", "[2]", "[[1,2]]"),
                        INVALID_SHAPE,
                        "inputs[0].data[0]:"),
                bad(
                        "too few rows",
                        input("FP32", "[2,1]", "[[1]]"),
                        INVALID_SHAPE,
                        "inputs[0].data:",
                        "2 elements",
                        "got 1"),
                bad(
                        "too many rows",
                        input("FP32", "[1,1]", "[[1],[2],[3]]"),
                        INVALID_SHAPE,
                        "inputs[0].data:",
                        "1 element",
                        "got 3"),
                bad(
                        "no array",
                        input("FP32", "[1]", "1"),
                        INVALID_SHAPE,
                        "inputs[0].data:",
                        "an array",
                        "got 1"),
                bad(
                        "negative axis",
                        input("FP32", "[-1,4]", "[]"),
                        INVALID_SHAPE,
                        "inputs[0].shape[0]",
                        "got -1"),
                bad(
                        "axes that multiply beyond bytes",
                        input("FP32", "[1152921504606846976,4]", "[]"),
                        INVALID_SHAPE,
                        "inputs[0].shape",
                        "1152921504606846976"),
                bad(
                        "axes that overflow",
                        input("FP32", "[4294967296,4294967296]", "[]"),
                        INVALID_SHAPE,
                        "inputs[0].shape",
                        "4294967296"),
                bad(
                        "overflow behind a zero",
                        input("FP32", "[0,4294967296,4294967296]", "[]"),
                        INVALID_SHAPE,
                        "inputs[0].shape"),
                bad(
                        "too many elements",
                        input("INT8", "[67108865]", "[]"),
                        INVALID_SHAPE,
                        "inputs[0].shape",
                        "67108864",
                        "67108865"),
                bad(
                        "a shape much larger than the body",
                        input("INT64", "[67108864]", "[1]"),
                        INVALID_SHAPE,
                        "inputs[0].data",
                        "67108864 elements",
                        "got 1"),
                bad(
                        "an axis beyond 64 bits",
                        input("FP32", "[99999999999999999999]", "[]"),
                        INVALID_SHAPE,
                        "inputs[0].shape[0]",
                        "99999999999999999999"),
                bad(
                        "a fraction",
                        input("FP32", "[1.0]", "[1]"),
                        INVALID_SHAPE,
                        "inputs[0].shape[0]",
                        "1.0"),
                bad(
                        "no list",
                        input("FP32", "\"4\"", "[1]"),
                        INVALID_SHAPE,
                        "inputs[0].shape",
                        "\"4\""),
                bad(
                        "17 axes",
                        input("FP32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[1]"),
                        INVALID_SHAPE,
                        "inputs[0].shape",
                        "16 axes"));
    }

    static Stream<Arguments> numbers() {
        return Stream.of(
                bad(
                        "too large for FP32",
                        input("FP32", "[2]", "[1,1e39]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[1]",
                        "FP32",
                        "1e39"),
                bad(
                        "rounds up to infinity",
                        input("FP32", "[1]", "[3.4028236e38]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[0]",
                        "3.4028236e38"),
                bad(
                        "an integer too large for FP32",
                        input("FP32", "[1]", "[" + "9".repeat(40) + "]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[0]",
                        "9999"),
                bad(
                        "exponent beyond all",
                        input("FP32", "[1]", "[1e999999999]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[0]",
                        "1e999999999"),
                bad(
                        "too large for FP64",
                        input("FP64", "[1,1]", "[[-1e309]]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[0][0]",
                        "-1e309"),
                bad(
                        "too large for FP16",
                        input("FP16", "[1]", "[65520]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[0]",
                        "FP16",
                        "65520"),
                bad(
                        "too large for BF16",
                        input("BF16", "[1]", "[3.4e38]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[0]",
                        "BF16",
                        "3.4e38"),
                bad(
                        "20 digits for INT64",
                        input("INT64", "[1]", "[12345678901234567890]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[0]",
                        "12345678901234567890",
                        "9223372036854775807"),
                bad(
                        "one above INT64",
                        input("INT64", "[1]", "[9223372036854775808]"),
                        OUT_OF_RANGE,
                        "9223372036854775808"),
                bad(
                        "one below INT64",
                        input("INT64", "[1]", "[-9223372036854775809]"),
                        OUT_OF_RANGE,
                        "-9223372036854775809"),
                bad(
                        "one above UINT64",
                        input("UINT64", "[1]", "[18446744073709551616]"),
                        OUT_OF_RANGE,
                        "18446744073709551616",
                        "18446744073709551615"),
                bad("-1 for UINT64", input("UINT64", "[1]", "[-1]"), OUT_OF_RANGE, "got -1"),
                bad(
                        "300 for UINT8",
                        input("UINT8", "[1]", "[300]"),
                        OUT_OF_RANGE,
                        "inputs[0].data[0]",
                        "0 to 255",
                        "got 300"),
                bad(
                        "-1 for UINT32",
                        input("UINT32", "[1]", "[-1]"),
                        OUT_OF_RANGE,
                        "0 to 4294967295",
                        "got -1"),
                bad("one above UINT16", input("UINT16", "[1]", "[65536]"), OUT_OF_RANGE, "65536"),
                bad(
                        "one above UINT32",
                        input("UINT32", "[1]", "[4294967296]"),
                        OUT_OF_RANGE,
                        "4294967296"),
                bad("one above INT8", input("INT8", "[1]", "[128]"), OUT_OF_RANGE, "128"),
                bad("one below INT16", input("INT16", "[1]", "[-32769]"), OUT_OF_RANGE, "-32769"),
                bad(
                        "one above INT32",
                        input("INT32", "[1]", "[2147483648]"),
                        OUT_OF_RANGE,
                        "2147483648"),
                bad(
                        "2.7 for INT32",
                        input("INT32", "[1]", "[2.7]"),
                        INVALID_DTYPE,
                        "inputs[0].data[0]",
                        "INT32",
                        "2.7"),
                bad("2.0 for INT32", input("INT32", "[1]", "[2.0]"), INVALID_DTYPE, "2.0"),
                bad("1e2 for INT64", input("INT64", "[1]", "[1e2]"), INVALID_DTYPE, "1e2"),
                bad("1e2 for UINT64", input("UINT64", "[1]", "[1e2]"), INVALID_DTYPE, "1e2"),
                bad(
                        "a string for FP32",
                        input("FP32", "[1]", "[\"3\"]"),
                        INVALID_DTYPE,
                        "inputs[0].data[0]",
                        "FP32",
                        "\"3\""),
                bad("true for FP32", input("FP32", "[1]", "[true]"), INVALID_DTYPE, "got true"),
                bad("null for FP32", input("FP32", "[1]", "[null]"), INVALID_DTYPE, "got null"),
                bad(
                        "an object for FP32",
                        input("FP32", "[1]", "[{}]"),
                        INVALID_DTYPE,
                        "got an object"),
                bad("a string for INT64", input("INT64", "[1]", "[\"3\"]"), INVALID_DTYPE, "\"3\""),
                bad("1 for BOOL", input("BOOL", "[1]", "[1]"), INVALID_DTYPE, "BOOL", "got 1"),
                bad(
                        "a string for BOOL",
                        input("BOOL", "[1]", "[\"true\"]"),
                        INVALID_DTYPE,
                        "\"true\""),
                bad(
                        "a number for BYTES",
                        input("BYTES", "[1]", "[1]"),
                        INVALID_DTYPE,
                        "BYTES",
                        "got 1"),
                bad(
                        "no base64",
                        input("BYTES", "[1]", "[{\"b64\":\"*\"}]"),
                        INVALID_DTYPE,
                        "inputs[0].data[0].b64",
                        "\"*\""),
                bad(
                        "empty object for BYTES",
                        input("BYTES", "[1]", "[{}]"),
                        INVALID_DTYPE,
                        "inputs[0].data[0]"),
                bad(
                        "other object for BYTES",
                        input("BYTES", "[1]", "[{\"b65\":\"\"}]"),
                        INVALID_DTYPE,
                        "inputs[0].data[0].b65",
                        "'b64'"),
                bad(
                        "NaN token",
                        input("FP32", "[1]", "[NaN]"),
                        MALFORMED_JSON,
                        "inputs[0].data[0]",
                        "NaN",
                        "line 1, column"),
                bad(
                        "Infinity token",
                        input("FP32", "[1]", "[-Infinity]"),
                        MALFORMED_JSON,
                        "inputs[0].data[0]",
                        "-Infinity"),
                bad(
                        "\"NaN\" not asked for",
                        input("FP32", "[2]", "[1,\"NaN\"]"),
                        INVALID_DTYPE,
                        "inputs[0].data[1]",
                        "\"NaN\"",
                        "non_finite"),
                bad(
                        "\"nan\"",
                        input("FP32", "[1]", "[\"nan\"]", "{\"non_finite\":\"string\"}"),
                        INVALID_DTYPE,
                        "inputs[0].data[0]",
                        "\"nan\""),
                bad(
                        "\"NaN\" for INT32",
                        input("INT32", "[1]", "[\"NaN\"]", "{\"non_finite\":\"string\"}"),
                        INVALID_DTYPE,
                        "inputs[0].data[0]",
                        "\"NaN\""));
    }

    static Stream<Arguments> datatypes() {
        return Stream.of(
                bad(
                        "unknown",
                        input("FLOAT", "[1]", "[1]"),
                        INVALID_DTYPE,
                        "inputs[0].datatype",
                        "'FLOAT'",
                        "FP32",
                        "BYTES"),
                bad("wrong case", input("fp32", "[1]", "[1]"), INVALID_DTYPE, "'fp32'"),
                bad(
                        "no string",
                        "{\"model\":\"m\",\"inputs\":[{\"name\":\"x\",\"datatype\":5}]}",
                        INVALID_DTYPE,
                        "inputs[0].datatype",
                        "got 5"),
                bad(
                        "missing datatype",
                        "{\"model\":\"m\",\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"data\":[1]}]}",
                        MALFORMED_REQUEST,
                        "inputs[0].datatype",
                        "missing"),
                bad(
                        "missing shape",
                        "{\"model\":\"m\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"data\":[1]}]}",
                        MALFORMED_REQUEST,
                        "inputs[0].shape",
                        "missing"),
                bad(
                        "missing name",
                        "{\"model\":\"m\",\"inputs\":[{\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}",
                        MALFORMED_REQUEST,
                        "inputs[0].name",
                        "missing"),
                bad(
                        "missing data",
                        "{\"model\":\"m\",\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\"}]}",
                        MALFORMED_REQUEST,
                        "inputs[0].data",
                        "missing"));
    }
}
