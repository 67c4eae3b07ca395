package io.matih.inference.server.inference;

import static io.matih.inference.engine.error.ErrorCode.*;
import static io.matih.inference.server.inference.BadRequests.*;

import io.matih.inference.engine.error.ErrorCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What is refused around the tensors: fields, parameters, outputs.
class BadEnvelopeTest {
    @ParameterizedTest
    @MethodSource({"envelopes", "parameters", "outputs"})
    void isRefusedWithItsCodeFieldAndValue(String body, ErrorCode code, List<String> parts) {
        BadRequests.assertRefused(body, code, parts);
    }

    static Stream<Arguments> envelopes() {
        return Stream.of(
                bad("empty body", "", MALFORMED_REQUEST, "empty"),
                bad("blank body", " \n", MALFORMED_REQUEST, "empty"),
                bad("{}", "{}", MALFORMED_REQUEST, "model is missing"),
                bad("[]", "[]", MALFORMED_REQUEST, "an object", "got an array"),
                bad("null", "null", MALFORMED_REQUEST, "an object", "got null"),
                bad("a number", "17", MALFORMED_REQUEST, "an object", "got 17"),
                bad("neither", "{\"model\":\"m\"}", MALFORMED_REQUEST, "neither"),
                bad(
                        "both null",
                        "{\"model\":\"m\",\"inputs\":null,\"instances\":null}",
                        MALFORMED_REQUEST,
                        "neither"),
                bad(
                        "both",
                        "{\"model\":\"m\",\"instances\":[1],"
                                + OK.substring("{\"model\":\"m\",".length()),
                        MALFORMED_REQUEST,
                        "both"),
                bad(
                        "empty inputs",
                        "{\"model\":\"m\",\"inputs\":[]}",
                        MALFORMED_REQUEST,
                        "inputs",
                        "at least one"),
                bad(
                        "inputs no list",
                        "{\"model\":\"m\",\"inputs\":{}}",
                        MALFORMED_REQUEST,
                        "inputs",
                        "an array"),
                bad(
                        "an input no object",
                        "{\"model\":\"m\",\"inputs\":[1]}",
                        MALFORMED_REQUEST,
                        "inputs[0]",
                        "an object",
                        "got 1"),
                bad(
                        "unknown field",
                        "{\"model\":\"m\",\"imputs\":[]}",
                        MALFORMED_REQUEST,
                        "'imputs'",
                        "'inputs'"),
                bad(
                        "unknown field of an input",
                        "{\"model\":\"m\",\"inputs\":[{\"dtype\":\"FP32\"}]}",
                        MALFORMED_REQUEST,
                        "inputs[0].dtype",
                        "'datatype'"),
                bad(
                        "same input twice",
                        """
                        {"model":"m","inputs":[{"name":"x","datatype":"FP32","shape":[0],"data":[]},
                        {"name":"x","datatype":"FP32","shape":[0],"data":[]}]}""",
                        DUPLICATE_INPUT,
                        "inputs[1].name",
                        "'x'"),
                bad("model no string", with("\"m\"", "7"), MALFORMED_REQUEST, "model", "got 7"),
                bad("model empty", with("\"m\"", "\"\""), INVALID_NAME, "model", "\"\""),
                bad("model with a slash", with("\"m\"", "\"a/b\""), INVALID_NAME, "\"a/b\""),
                bad("model stats", with("\"m\"", "\"stats\""), INVALID_NAME, "\"stats\""),
                bad(
                        "model too long",
                        with("\"m\"", "\"" + "m".repeat(129) + "\""),
                        INVALID_NAME,
                        "model"),
                bad(
                        "unknown model",
                        "{\"model\":\"nope\",\"instances\":[[1,2,3,4]]}",
                        MODEL_NOT_FOUND,
                        "nope"),
                bad("version 0", version("0"), INVALID_PARAMETER, "version", "got 0"),
                bad("version -1", version("-1"), INVALID_PARAMETER, "version", "got -1"),
                bad(
                        "version too large",
                        version("999999999999999"),
                        INVALID_PARAMETER,
                        "version",
                        "999999999999999"),
                bad(
                        "version beyond 64 bits",
                        version("99999999999999999999"),
                        INVALID_PARAMETER,
                        "version",
                        "99999999999999999999"),
                bad("version 1.0", version("1.0"), INVALID_PARAMETER, "version", "1.0"),
                bad("version true", version("true"), INVALID_PARAMETER, "version", "true"),
                bad("version \"0\"", version("\"0\""), INVALID_PARAMETER, "version", "\"0\""),
                bad("version \"-1\"", version("\"-1\""), INVALID_PARAMETER, "\"-1\""),
                bad(
                        "version \"2147483648\"",
                        version("\"2147483648\""),
                        INVALID_PARAMETER,
                        "\"2147483648\""),
                bad("version \"\"", version("\"\""), INVALID_PARAMETER, "version", "\"\""),
                bad("id no string", field("id", "5"), MALFORMED_REQUEST, "id", "got 5"),
                bad(
                        "id too long",
                        field("id", "\"" + "i".repeat(257) + "\""),
                        INVALID_PARAMETER,
                        "id",
                        "256",
                        "iii"));
    }

    static Stream<Arguments> parameters() {
        return Stream.of(
                bad(
                        "no object",
                        field("parameters", "[]"),
                        INVALID_PARAMETER,
                        "parameters",
                        "an array"),
                bad(
                        "unknown",
                        parameter("timeuot", "5"),
                        INVALID_PARAMETER,
                        "parameters.timeuot",
                        "'timeuot'",
                        "'timeout'"),
                bad(
                        "10,000 of them",
                        field(
                                "parameters",
                                IntStream.range(0, 10_000)
                                        .mapToObj("\"p%d\":1"::formatted)
                                        .collect(Collectors.joining(",", "{", "}"))),
                        INVALID_PARAMETER,
                        "parameters.p0"),
                bad(
                        "sequence_id",
                        parameter("sequence_id", "5"),
                        RESERVED_PARAMETER,
                        "parameters.sequence_id"),
                bad(
                        "sequence_start",
                        parameter("sequence_start", "true"),
                        RESERVED_PARAMETER,
                        "sequence_start"),
                bad("headers", parameter("headers", "{}"), RESERVED_PARAMETER, "headers"),
                bad(
                        "triton_",
                        parameter("triton_enable_empty_final_response", "true"),
                        RESERVED_PARAMETER,
                        "triton_enable_empty_final_response"),
                bad(
                        "timeout negative",
                        parameter("timeout", "-1"),
                        INVALID_PARAMETER,
                        "parameters.timeout",
                        "got -1"),
                bad(
                        "timeout above an hour",
                        parameter("timeout", "3600000001"),
                        INVALID_PARAMETER,
                        "3600000000",
                        "got 3600000001"),
                bad(
                        "timeout 10^18",
                        parameter("timeout", "1000000000000000000"),
                        INVALID_PARAMETER,
                        "got 1000000000000000000"),
                bad(
                        "timeout a string",
                        parameter("timeout", "\"5\""),
                        INVALID_PARAMETER,
                        "parameters.timeout",
                        "\"5\""),
                bad("timeout a fraction", parameter("timeout", "5.5"), INVALID_PARAMETER, "5.5"),
                bad(
                        "priority negative",
                        parameter("priority", "-1"),
                        INVALID_PARAMETER,
                        "parameters.priority",
                        "got -1"),
                bad(
                        "cache unknown",
                        parameter("cache", "\"no\""),
                        INVALID_PARAMETER,
                        "parameters.cache",
                        "use, bypass, refresh",
                        "\"no\""),
                bad(
                        "route_key empty",
                        parameter("route_key", "\"\""),
                        INVALID_PARAMETER,
                        "parameters.route_key",
                        "1 to 256"),
                bad(
                        "route_key too long",
                        parameter("route_key", "\"" + "u".repeat(257) + "\""),
                        INVALID_PARAMETER,
                        "parameters.route_key",
                        "1 to 256"),
                bad(
                        "route_key a number",
                        parameter("route_key", "5"),
                        INVALID_PARAMETER,
                        "parameters.route_key",
                        "got 5"),
                bad(
                        "binary_data_output a number",
                        parameter("binary_data_output", "1"),
                        INVALID_PARAMETER,
                        "parameters.binary_data_output",
                        "got 1"),
                bad(
                        "non_finite",
                        parameter("non_finite", "\"number\""),
                        INVALID_PARAMETER,
                        "parameters.non_finite",
                        "\"number\""),
                bad(
                        "input's shared memory",
                        "{\"inputs\":[{\"parameters\":{\"shared_memory_region\":\"r\"}}]}",
                        RESERVED_PARAMETER,
                        "inputs[0].parameters.shared_memory_region"),
                bad(
                        "input's binary size",
                        "{\"inputs\":[{\"parameters\":{\"binary_data_size\":-5}}]}",
                        BINARY_SIZE,
                        "inputs[0].parameters.binary_data_size"),
                bad(
                        "input's unknown",
                        "{\"inputs\":[{\"parameters\":{\"p\":5}}]}",
                        INVALID_PARAMETER,
                        "inputs[0].parameters.p"));
    }

    static Stream<Arguments> outputs() {
        return Stream.of(
                bad(
                        "unknown",
                        field("outputs", "[{\"name\":\"probs\"}]"),
                        UNKNOWN_OUTPUT,
                        "outputs[0].name",
                        "'probs'",
                        "label, probabilities"),
                bad(
                        "twice",
                        field("outputs", "[{\"name\":\"label\"},{\"name\":\"label\"}]"),
                        DUPLICATE_OUTPUT,
                        "outputs[1]",
                        "'label'"),
                bad("no list", field("outputs", "\"label\""), MALFORMED_REQUEST, "outputs"),
                bad(
                        "a string",
                        field("outputs", "[\"label\"]"),
                        MALFORMED_REQUEST,
                        "outputs[0]",
                        "\"label\""),
                bad("no name", field("outputs", "[{}]"), MALFORMED_REQUEST, "outputs[0].name"),
                bad(
                        "classification -1",
                        classification("-1"),
                        INVALID_PARAMETER,
                        "outputs[0].parameters.classification",
                        "got -1"),
                bad("classification huge", classification("100001"), INVALID_PARAMETER, "100001"),
                bad(
                        "classification 10^30",
                        classification("1" + "0".repeat(30)),
                        INVALID_PARAMETER,
                        "1000"),
                bad("classification a string", classification("\"3\""), INVALID_PARAMETER, "\"3\""),
                bad(
                        "classification of what has no classes",
                        field(
                                "outputs",
                                "[{\"name\":\"label\",\"parameters\":{\"classification\":1}}]"),
                        INVALID_PARAMETER,
                        "outputs[0].parameters.classification",
                        "INT64 [-1]"),
                bad(
                        "binary a number",
                        field(
                                "outputs",
                                "[{\"name\":\"label\",\"parameters\":{\"binary_data\":1}}]"),
                        INVALID_PARAMETER,
                        "outputs[0].parameters.binary_data"),
                bad(
                        "unknown parameter",
                        field(
                                "outputs",
                                "[{\"name\":\"label\",\"parameters\":{\"clasification\":1}}]"),
                        INVALID_PARAMETER,
                        "'clasification'",
                        "'classification'"),
                bad(
                        "reserved parameter",
                        field("outputs", "[{\"name\":\"label\",\"parameters\":{\"triton_x\":1}}]"),
                        RESERVED_PARAMETER,
                        "triton_x"));
    }

    private static String with(String from, String to) {
        return OK.replace(from, to);
    }

    private static String version(String value) {
        return field("version", value);
    }

    private static String parameter(String name, String value) {
        return field("parameters", "{\"%s\":%s}".formatted(name, value));
    }

    private static String classification(String value) {
        return field(
                "outputs",
                "[{\"name\":\"probabilities\",\"parameters\":{\"classification\":%s}}]"
                        .formatted(value));
    }
}
