package io.matih.inference.server.oip;

import static io.matih.inference.server.oip.InferClient.floats;
import static io.matih.inference.server.oip.InferClient.ints;
import static io.matih.inference.server.oip.InferClient.strings;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;
import io.matih.inference.server.oip.InferClient.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;

/// Infer over a real server and real models: JSON and binary, in and out, in every mixture.
class InferTest {
    private static final String IRIS = "/v2/models/iris/infer";
    private static final String ADD_SUB = "/v2/models/add_sub/infer";
    private static final byte[] ROW = floats(5.1f, 3.5f, 1.4f, 0.2f);
    private static final byte[] COUNTING = ints(IntStream.range(0, 16).toArray());
    private static final byte[] TENS = ints(IntStream.range(0, 16).map(i -> 10 * i).toArray());

    @TempDir private static Path data;
    private static TestServer server;
    private static InferClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
        for (var model :
                List.of("iris", "add_sub", "echo", "strings_echo", "nan_out", "half_affine")) {
            server.deploy(model);
        }
        client = new InferClient(server);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static String json(String model, String json) {
        var answer = server.post("/v2/models/" + model + "/infer", json);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String binaryInput(String name, String datatype, String shape, int size) {
        return "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":%s,\"parameters\":{\"binary_data_size\":%d}}"
                .formatted(name, datatype, shape, size);
    }

    @Test
    void answersJsonWithoutTheMissionsExtras() {
        var body =
                json(
                        "echo",
                        """
                        {"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32","data":[[1,2],[3,4]]}]}""");
        assertThat(body)
                .isEqualTo(
                        "{\"model_name\":\"echo\",\"model_version\":\"1\",\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[2,2],\"data\":[1.0,2.0,3.0,4.0]}]}");
    }

    @Test
    void theIdComesBackWhereOneWasGiven() {
        var with =
                json(
                        "echo",
                        """
                        {"id":"r-7","inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""");
        assertThat(TestServer.JSON.readTree(with).get("id").stringValue()).isEqualTo("r-7");
    }

    @Test
    void theVersionMayStandInThePath() {
        var body =
                """
                {"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""";
        for (var version : List.of("1", "stable")) {
            var answer = server.post("/v2/models/echo/versions/" + version + "/infer", body);
            assertThat(answer.json().get("model_version").stringValue()).isEqualTo("1");
        }
        assertThat(server.post("/v2/models/echo/versions/2/infer", body).status()).isEqualTo(404);
    }

    @Test
    void outputsComeInTheOrderAskedFor() {
        var inputs =
                "\"inputs\":[%s,%s]"
                        .formatted(
                                binaryInput("INPUT0", "INT32", "[1,16]", 64),
                                binaryInput("INPUT1", "INT32", "[1,16]", 64));
        var answer =
                client.infer(
                        ADD_SUB,
                        "{%s,\"outputs\":[{\"name\":\"OUTPUT1\"},{\"name\":\"OUTPUT0\"}]}"
                                .formatted(inputs),
                        TENS,
                        COUNTING);
        assertThat(names(answer)).containsExactly("OUTPUT1", "OUTPUT0");
        assertThat(answer.json().at("/outputs/0/data/15").intValue()).isEqualTo(135);
        assertThat(answer.json().at("/outputs/1/data/15").intValue()).isEqualTo(165);
    }

    private static List<String> names(Answer answer) {
        return answer.json()
                .get("outputs")
                .valueStream()
                .map(output -> output.get("name").stringValue())
                .toList();
    }

    @Test
    void binaryGoesInAndOut() {
        var answer =
                client.infer(
                        ADD_SUB,
                        "{\"inputs\":[%s,%s],\"parameters\":{\"binary_data_output\":true}}"
                                .formatted(
                                        binaryInput("INPUT0", "INT32", "[1,16]", 64),
                                        binaryInput("INPUT1", "INT32", "[1,16]", 64)),
                        TENS,
                        COUNTING);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("application/octet-stream");
        assertThat(answer.json().at("/outputs/0/parameters/binary_data_size").intValue())
                .isEqualTo(64);
        assertThat(answer.json().at("/outputs/0").has("data")).isFalse();
        var sum = ints(IntStream.range(0, 16).map(i -> 11 * i).toArray());
        var difference = ints(IntStream.range(0, 16).map(i -> 9 * i).toArray());
        assertThat(answer.binary()).isEqualTo(InferClient.body("", sum, difference));
    }

    @Test
    void jsonAndBinaryInputsMix() {
        var answer =
                client.infer(
                        ADD_SUB,
                        "{\"inputs\":[{\"name\":\"INPUT1\",\"datatype\":\"INT32\",\"shape\":[1,16],\"data\":[%s]},%s]}"
                                .formatted(
                                        "1,".repeat(15) + "1",
                                        binaryInput("INPUT0", "INT32", "[1,16]", 64)),
                        COUNTING);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().at("/outputs/0/data/15").intValue()).isEqualTo(16);
    }

    @Test
    void whatAnOutputSaysWinsOverWhatTheRequestSays() {
        var answer =
                client.infer(
                        IRIS,
                        """
                        {"inputs":[%s],"parameters":{"binary_data_output":true},"outputs":[{"name":"label",
                        "parameters":{"binary_data":false}},{"name":"probabilities"}]}"""
                                .formatted(binaryInput("X", "FP32", "[1,4]", 16)),
                        ROW);
        assertThat(answer.json().at("/outputs/0/data/0").intValue()).isZero();
        assertThat(answer.json().at("/outputs/1").has("data")).isFalse();
        assertThat(answer.binary()).hasSize(12);
        var single =
                client.infer(
                        IRIS,
                        """
                        {"inputs":[%s],"outputs":[{"name":"label","parameters":{"binary_data":true}},
                        {"name":"probabilities"}]}"""
                                .formatted(binaryInput("X", "FP32", "[1,4]", 16)),
                        ROW);
        assertThat(single.binary()).hasSize(8);
        assertThat(single.json().at("/outputs/1/data")).hasSize(3);
    }

    @Test
    void stringsGoThroughByteByByte() {
        var strings = strings("a", "", "Grüße\n\u0000", "x".repeat(70_000));
        var answer =
                client.infer(
                        "/v2/models/strings_echo/infer",
                        "{\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
                                .formatted(binaryInput("x", "BYTES", "[4,1]", strings.length)),
                        strings);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.binary()).isEqualTo(strings);
    }

    @Test
    void halfPrecisionIsBinaryLikeTheRest() {
        var ones = new byte[] {0, 0x3C, 0, 0x3C, 0, 0x3C, 0, 0x3C};
        var answer =
                client.infer(
                        "/v2/models/half_affine/infer",
                        "{\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
                                .formatted(binaryInput("x", "FP16", "[1,4]", 8)),
                        ones);
        assertThat(answer.binary()).isEqualTo(new byte[] {0, 0x41, 0, 0x41, 0, 0x41, 0, 0x41});
    }

    @Test
    void classesAreStringsInEitherForm() {
        var request =
                "{\"inputs\":[%s],\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"classification\":2,\"binary_data\":%s}}]}";
        var input = binaryInput("X", "FP32", "[1,4]", 16);
        var json = client.infer(IRIS, request.formatted(input, "false"), ROW).json();
        assertThat(json.at("/outputs/0/datatype").stringValue()).isEqualTo("BYTES");
        assertThat(json.at("/outputs/0/shape").toString()).isEqualTo("[1,2]");
        var best = json.at("/outputs/0/data/0").stringValue();
        assertThat(best).endsWith(":0");
        var binary = client.infer(IRIS, request.formatted(input, "true"), ROW);
        assertThat(binary.binary())
                .isEqualTo(strings(best, json.at("/outputs/0/data/1").stringValue()));
    }

    @Test
    void classesHaveTheNamesThatTheModelGivesThem() {
        server.deploy("iris_zipmap");
        var answer =
                server.post(
                        "/v2/models/iris_zipmap/infer",
                        """
                        {"inputs":[{"name":"X","datatype":"FP32","shape":[1,4],"data":[5.1,3.5,1.4,0.2]}],
                        "outputs":[{"name":"output_probability","parameters":{"classification":1}}]}""");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/outputs/0/data/0").stringValue()).matches("0\\.9\\d+:0:0");
    }

    @Test
    void nanIsNoProblemInBinary() {
        var binary =
                client.infer(
                        "/v2/models/nan_out/infer",
                        "{\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
                                .formatted(binaryInput("x", "FP32", "[1,1]", 4)),
                        floats(-1));
        assertThat(binary.status()).isEqualTo(200);
        var json =
                client.infer(
                        "/v2/models/nan_out/infer",
                        "{\"inputs\":[%s]}".formatted(binaryInput("x", "FP32", "[1,1]", 4)),
                        floats(-1));
        assertThat(json.status()).isEqualTo(500);
        assertThat(json.code()).isEqualTo("NON_FINITE_OUTPUT");
    }

    @Test
    void aBodyOfNothingButBytesIsTheOnlyInput() {
        var answer = client.send(IRIS, ROW, Map.of(InferClient.LENGTH, "0"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().at("/outputs/1/shape").toString()).isEqualTo("[1,3]");
        assertThat(answer.binary()).hasSize(8 + 12);
        var open =
                client.send(
                        "/v2/models/echo/infer", floats(1, 2, 3), Map.of(InferClient.LENGTH, "0"));
        assertThat(open.json().at("/outputs/0/shape").toString()).isEqualTo("[1,3]");
        assertThat(open.binary()).isEqualTo(floats(1, 2, 3));
        var text =
                client.send(
                        "/v2/models/strings_echo/infer",
                        "hello".getBytes(StandardCharsets.UTF_8),
                        Map.of(InferClient.LENGTH, "0"));
        assertThat(text.binary()).isEqualTo(strings("hello"));
    }

    @Test
    void theLengthMayBeSentWithJsonAlone() {
        var json =
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,1],\"datatype\":\"FP32\",\"data\":[1]}]}";
        var answer = client.infer("/v2/models/echo/infer", json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header(InferClient.LENGTH)).isEmpty();
        assertThat(answer.header("Content-Type")).contains("application/json");
    }

    @Test
    void anOutputOfNoElementsSaysSoAndIsPlainJson() {
        var answer =
                client.infer(
                        "/v2/models/echo/infer",
                        "{\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
                                .formatted(binaryInput("x", "FP32", "[1,0]", 0)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header(InferClient.LENGTH)).isEmpty();
        assertThat(answer.header("Content-Type")).contains("application/json");
        assertThat(answer.json().at("/outputs/0/parameters/binary_data_size").intValue(-1))
                .isZero();
    }

    @Test
    void parametersOfNoMeaningArePassedOver() {
        json(
                "echo",
                """
                {"parameters":{"mine":5,"text":"a","on":true,"half":0.5},"inputs":[{"name":"x","shape":[1,1],
                "datatype":"FP32","data":[1],"parameters":{"content_type":"np"}}],
                "outputs":[{"name":"y","parameters":{"hint":"z"}}]}""");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void bodiesAreCompressedBothWays(String encoding) throws IOException {
        var values = new float[5000];
        Arrays.fill(values, 0.5f);
        var tensor = floats(values);
        var json =
                "{\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
                        .formatted(binaryInput("x", "FP32", "[1,5000]", tensor.length));
        var answer =
                client.send(
                        "/v2/models/echo/infer",
                        compressed(encoding, InferClient.body(json, tensor)),
                        Map.of(
                                "Content-Encoding",
                                encoding,
                                "Accept-Encoding",
                                encoding,
                                InferClient.LENGTH,
                                Integer.toString(json.length())));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Encoding")).contains(encoding);
        var raw = answer.response().body();
        assertThat(raw.length).isLessThan(tensor.length / 10);
        var whole = inflated(encoding, raw);
        int length = Integer.parseInt(answer.header(InferClient.LENGTH).orElseThrow());
        assertThat(Arrays.copyOfRange(whole, length, whole.length)).isEqualTo(tensor);
    }

    /// Triton's asynchronous client asks for compression with every call, and reads only inference
    /// answers that are.
    @Test
    void onlyAnswersOfInferenceAreCompressed() {
        for (var path : List.of("/v2", "/v2/models/iris", "/v2/models/stats")) {
            var answer =
                    client.send(
                            server.request(path)
                                    .header("Accept-Encoding", "gzip, deflate")
                                    .GET()
                                    .build());
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Encoding")).isEmpty();
            answer.json();
        }
    }

    private static byte[] compressed(String encoding, byte[] body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out =
                encoding.equals("gzip")
                        ? new GZIPOutputStream(bytes)
                        : new DeflaterOutputStream(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    private static byte[] inflated(String encoding, byte[] body) throws IOException {
        var bytes = new ByteArrayInputStream(body);
        try (var in =
                encoding.equals("gzip")
                        ? new GZIPInputStream(bytes)
                        : new InflaterInputStream(bytes)) {
            return in.readAllBytes();
        }
    }

    @Test
    void largeTensorsGoThrough() {
        int count = 1 << 20;
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        var tensor = floats(values);
        var answer =
                client.infer(
                        "/v2/models/echo/infer",
                        "{\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
                                .formatted(
                                        binaryInput(
                                                "x",
                                                "FP32",
                                                "[4," + count / 4 + "]",
                                                tensor.length)),
                        tensor);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.binary()).isEqualTo(tensor);
    }

    @Test
    void predictTakesTheSameBodies() {
        var answer =
                client.infer(
                        TestServer.API + "/predict",
                        "{\"model\":\"iris\",\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
                                .formatted(binaryInput("X", "FP32", "[1,4]", 16)),
                        ROW);
        // No media type: the mission's routes want one.
        assertThat(answer.status()).isEqualTo(415);
        var json =
                "{\"model\":\"iris\",\"inputs\":[%s],\"parameters\":{\"binary_data_output\":true}}"
                        .formatted(binaryInput("X", "FP32", "[1,4]", 16));
        var typed =
                client.send(
                        TestServer.API + "/predict",
                        InferClient.body(json, ROW),
                        Map.of(
                                InferClient.LENGTH,
                                Integer.toString(json.length()),
                                "Content-Type",
                                "application/octet-stream"));
        assertThat(typed.status()).as(typed.text()).isEqualTo(200);
        assertThat(typed.json().has("meta")).isTrue();
        assertThat(typed.binary()).hasSize(20);
    }
}
