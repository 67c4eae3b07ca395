package io.matih.inference.server.oip;

import static io.matih.inference.server.oip.InferClient.body;
import static io.matih.inference.server.oip.InferClient.floats;
import static io.matih.inference.server.oip.InferClient.ints;
import static io.matih.inference.server.oip.InferClient.strings;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What infer answers to what it must not accept: exactly the status and the code, in the one error
/// form; and a good request is answered right after it.
class BadInferTest {
    private static final String IRIS = "/v2/models/iris/infer";
    private static final byte[] ROW = floats(5.1f, 3.5f, 1.4f, 0.2f);
    private static final String INPUT =
            "{\"name\":\"X\",\"datatype\":\"FP32\",\"shape\":[1,4],\"parameters\":{\"binary_data_size\":16}}";
    private static final String GOOD = "{\"inputs\":[%s]}".formatted(INPUT);

    @TempDir private static Path data;
    private static TestServer server;
    private static InferClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        for (var model : List.of("iris", "add_sub", "strings_echo", "branch", "half_affine")) {
            server.deploy(model);
        }
        client = new InferClient(server);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @AfterEach
    void goodRequestsAreAnsweredAfterwards() {
        var answer = client.infer(IRIS, GOOD, ROW);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    private static void expect(String code, InferClient.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.code()).as(answer.text()).isEqualTo(code);
        assertThat(answer.json().get("error").isString()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "-0",
                "1e3",
                "99999999999",
                "99999999999999999999999",
                "0x10",
                "12.0",
                "+5",
                "abc",
                "5 5",
                "5,5",
                "",
                "100000"
            })
    void row32HeadersThatAreNoLength(String value) {
        expect(
                "BINARY_HEADER",
                client.send(IRIS, body(GOOD, ROW), Map.of(InferClient.LENGTH, value)));
    }

    @Test
    void row32TheHeaderTwice() {
        var request =
                server.request(IRIS)
                        .header(InferClient.LENGTH, Integer.toString(GOOD.length()))
                        .header(InferClient.LENGTH, Integer.toString(GOOD.length()))
                        .POST(BodyPublishers.ofByteArray(body(GOOD, ROW)))
                        .build();
        expect("BINARY_HEADER", client.send(request));
    }

    @Test
    void row32TheHeaderMissing() {
        expect("BINARY_HEADER", client.send(IRIS, body(GOOD, ROW), Map.of()));
        expect("BINARY_HEADER", client.send(IRIS, body(GOOD), Map.of()));
    }

    @Test
    void row32AHeaderThatEndsInTheMiddle() {
        for (int length : List.of(1, GOOD.length() - 1)) {
            expect("MALFORMED_JSON", withLength(length));
        }
        expect("BINARY_SIZE", withLength(GOOD.length() + 1));
    }

    private static InferClient.Answer withLength(int length) {
        return client.send(
                IRIS, body(GOOD, ROW), Map.of(InferClient.LENGTH, Integer.toString(length)));
    }

    private static String sized(String size) {
        return GOOD.replace(":16}", ":" + size + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"15", "17", "0", "12", "-16", "1.5", "\"16\"", "9223372036854775807", "1e1"})
    void row33SizesThatAreNotTheShapes(String size) {
        expect("BINARY_SIZE", client.infer(IRIS, sized(size), ROW));
    }

    @Test
    void row33BytesThatAreLeftOverOrMissing() {
        expect("BINARY_SIZE", client.infer(IRIS, GOOD, ROW, new byte[1]));
        expect("BINARY_SIZE", client.infer(IRIS, GOOD, floats(1, 2, 3)));
        expect("BINARY_SIZE", client.infer(IRIS, GOOD));
    }

    @Test
    void row33BytesBehindAnInputThatIsAllJson() {
        var json =
                "{\"inputs\":[{\"name\":\"X\",\"datatype\":\"FP32\",\"shape\":[1,4],\"data\":[1,2,3,4]}]}";
        expect("BINARY_SIZE", client.infer(IRIS, json, ROW));
        expect(
                "BINARY_SIZE",
                client.infer(
                        IRIS,
                        json.replace(
                                "\"data\"", "\"parameters\":{\"binary_data_size\":16},\"data\""),
                        ROW));
    }

    static Stream<Arguments> lyingLengths() {
        return Stream.of(
                Arguments.of("past the end", body("", ints(6), new byte[5])),
                Arguments.of("all ones", body("", ints(-1), new byte[5])),
                Arguments.of("largest", body("", ints(Integer.MAX_VALUE), new byte[5])),
                Arguments.of("two elements", strings("a", "b")),
                Arguments.of("no element", new byte[0]),
                Arguments.of("half a length", new byte[] {1, 0, 0}),
                Arguments.of("a tail", body("", strings("abc"), new byte[2])));
    }

    @ParameterizedTest
    @MethodSource("lyingLengths")
    void row34LengthsOfStringsThatLie(String what, byte[] strings) {
        var json =
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[1,1],\"parameters\":{\"binary_data_size\":%d}}]}"
                        .formatted(strings.length);
        expect("BINARY_SIZE", client.infer("/v2/models/strings_echo/infer", json, strings));
        var many = json.replace("[1,1]", "[60000,1000]");
        expect("BINARY_SIZE", client.infer("/v2/models/strings_echo/infer", many, strings));
    }

    @Test
    void row35BoolsThatAreNeither0Nor1() {
        var json =
                """
                {"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"parameters":{"binary_data_size":16}},
                {"name":"flag","datatype":"BOOL","shape":[],"parameters":{"binary_data_size":1}}]}""";
        expect("OUT_OF_RANGE", client.infer("/v2/models/branch/infer", json, ROW, new byte[] {2}));
        assertThat(client.infer("/v2/models/branch/infer", json, ROW, new byte[] {1}).status())
                .isEqualTo(200);
    }

    @Test
    void row35HalvesOfAnOddLength() {
        var json =
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP16\",\"shape\":[1,4],\"parameters\":{\"binary_data_size\":7}}]}";
        expect("BINARY_SIZE", client.infer("/v2/models/half_affine/infer", json, new byte[7]));
    }

    @Test
    void row36RawBytesForAModelOfTwoInputs() {
        expect(
                "BINARY_SIZE",
                client.send(
                        "/v2/models/add_sub/infer", new byte[64], Map.of(InferClient.LENGTH, "0")));
        expect("BINARY_SIZE", client.send(IRIS, floats(1, 2, 3), Map.of(InferClient.LENGTH, "0")));
        expect("BINARY_SIZE", client.send(IRIS, new byte[0], Map.of(InferClient.LENGTH, "0")));
    }

    @Test
    void row36NeitherJsonNorBinary() {
        var json = "{\"inputs\":[{\"name\":\"X\",\"datatype\":\"FP32\",\"shape\":[1,4]}]}";
        expect("BINARY_SIZE", client.infer(IRIS, json));
        expect("BINARY_SIZE", client.send(IRIS, body(json), Map.of()));
    }

    private static String outputs(String outputs) {
        return "{\"inputs\":[%s],\"outputs\":[%s]}".formatted(INPUT, outputs);
    }

    @Test
    void row37OutputsThatCannotBe() {
        expect(
                "DUPLICATE_OUTPUT",
                client.infer(IRIS, outputs("{\"name\":\"label\"},{\"name\":\"label\"}"), ROW));
        expect("UNKNOWN_OUTPUT", client.infer(IRIS, outputs("{\"name\":\"nope\"}"), ROW));
        var many =
                IntStream.range(0, 100_000)
                        .mapToObj("{\"name\":\"o%d\"}"::formatted)
                        .collect(Collectors.joining(","));
        expect("JSON_LIMIT", client.infer(IRIS, outputs(many), ROW));
        for (var classes : List.of("100001", "2147483648", "99999999999999999999", "-1")) {
            expect(
                    "INVALID_PARAMETER",
                    client.infer(
                            IRIS,
                            outputs(
                                    "{\"name\":\"probabilities\",\"parameters\":{\"classification\":%s}}"
                                            .formatted(classes)),
                            ROW));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "triton_enable_empty_final_response",
                "triton_x",
                "sequence_id",
                "sequence_start",
                "sequence_end",
                "headers"
            })
    void row38ReservedParameters(String name) {
        expect(
                "RESERVED_PARAMETER",
                client.infer(
                        IRIS,
                        GOOD.replace("}]}", "}],\"parameters\":{\"%s\":1}}".formatted(name)),
                        ROW));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"shared_memory_region", "shared_memory_byte_size", "shared_memory_offset"})
    void row38SharedMemory(String name) {
        var input = GOOD.replace("\"binary_data_size\":16", "\"%s\":1".formatted(name));
        expect("RESERVED_PARAMETER", client.infer(IRIS, input));
        var output = outputs("{\"name\":\"label\",\"parameters\":{\"%s\":1}}".formatted(name));
        expect("RESERVED_PARAMETER", client.infer(IRIS, output, ROW));
    }

    @Test
    void row38TenThousandParameters() {
        var many =
                IntStream.range(0, 10_000)
                        .mapToObj("\"p%d\":1"::formatted)
                        .collect(Collectors.joining(","));
        expect(
                "JSON_LIMIT",
                client.infer(
                        IRIS, GOOD.replace("}]}", "}],\"parameters\":{%s}}".formatted(many)), ROW));
        expect(
                "MALFORMED_JSON",
                client.infer(
                        IRIS, GOOD.replace("}]}", "}],\"parameters\":{\"a\":1,\"a\":1}}"), ROW));
        expect(
                "INVALID_PARAMETER",
                client.infer(IRIS, GOOD.replace("}]}", "}],\"parameters\":{\"a\":[1]}}"), ROW));
    }

    @Test
    void row28ModelsAndVersionsThatAreNot() {
        for (var version : List.of("-1", "0", "00", "999999999999999")) {
            expect(
                    "INVALID_PARAMETER",
                    client.infer(
                            "/v2/models/iris/versions/%s/infer".formatted(version), GOOD, ROW));
        }
        for (var path :
                List.of(
                        "/v2/models/iris/versions/abc/infer",
                        "/v2/models/iris/versions/7/infer",
                        "/v2/models/ghost/infer")) {
            var answer = client.infer(path, GOOD, ROW);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("MODEL_NOT_FOUND");
        }
        expect("INVALID_NAME", client.infer("/v2/models/stats/infer", GOOD, ROW));
        expect("INVALID_NAME", client.infer("/v2/models/%7Bx%7D/infer", GOOD, ROW));
    }

    @Test
    void fieldsOfTheMissionsRequestAreUnknown() {
        for (var field : List.of("\"model\":\"iris\"", "\"version\":1", "\"instances\":[[1]]")) {
            expect(
                    "MALFORMED_REQUEST",
                    client.infer(
                            IRIS, GOOD.replace("{\"inputs\"", "{" + field + ",\"inputs\""), ROW));
        }
        expect("MALFORMED_REQUEST", client.infer(IRIS, "{}"));
    }

    @Test
    void whatCannotBeDecodedIsAFailureOfTheModel() {
        var series = "ml_inference_errors_total{model=\"iris\",reason=\"INVALID\",version=\"1\"}";
        double before = server.metric(series);
        expect("BINARY_SIZE", client.infer(IRIS, GOOD));
        assertThat(server.metric(series)).isEqualTo(before + 1);
    }

    @Test
    void errorsAreJsonWithAnErrorString() {
        var request =
                server.request("/v2/models/iris/nothing").POST(BodyPublishers.noBody()).build();
        var answer = client.send(request);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(new String(answer.response().body(), StandardCharsets.UTF_8))
                .startsWith("{\"error\":\"");
    }
}
