package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.matih.inference.server.ContractClient.Answer;
import io.matih.inference.server.docs.OpenApiDocument;
import io.matih.inference.server.docs.OpenApiDocument.Operation;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The running server and `openapi.json` say the same. The tests are one tour over all routes, in
/// this order: each answer is held against the document, and at the end every success that it
/// promises has been seen.
@TestMethodOrder(OrderAnnotation.class)
class OpenApiContractTest {
    private static final String API = TestServer.API;
    private static final Pattern UPLOAD = Pattern.compile("upload://[0-9a-f]{32}");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double SMALL = 1e-5;

    @TempDir private static Path data;
    private static OpenApiDocument document;
    private static TestServer server;
    private static ContractClient client;

    @BeforeAll
    static void start() throws IOException {
        var models = Files.createDirectories(data.resolve("models"));
        Files.write(models.resolve("iris.onnx"), iris());
        Files.write(models.resolve("iris-v2.onnx"), iris());
        server =
                TestServer.start(
                        data, Map.of("limits.max_rows", "64", "limits.max_model_bytes", "1048576"));
        document = OpenApiDocument.parse(bytes(server.get("/openapi.json").body()));
        client = new ContractClient(server.url(), document);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private static byte[] iris() {
        return TestServer.resource("/io/matih/inference/server/demo/samples/iris/model.onnx");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Operation operation(String method, String path) {
        return document.operation(method, path).orElseThrow();
    }

    @Test
    @Order(1)
    void everyRouteIsDescribedAndNothingElse() {
        var routes =
                server.server().routes().stream()
                        .map(route -> route.method() + " " + route.path())
                        .toList();
        assertThat(document.operations().stream().map(Operation::toString).toList())
                .containsExactlyInAnyOrderElementsOf(routes);
    }

    @Test
    @Order(2)
    void parametersAndMediaTypesAreThoseOfTheRoutes() {
        for (var route : server.server().routes()) {
            var operation = operation(route.method(), route.path());
            assertThat(document.parameters(operation, "query"))
                    .as("query of " + operation)
                    .containsExactlyInAnyOrderElementsOf(route.query());
            assertThat(document.parameters(operation, "path"))
                    .as("path of " + operation)
                    .containsExactlyInAnyOrderElementsOf(names(route.path()));
            assertThat(operation.node().at("/requestBody/content").propertyNames())
                    .as("body of " + operation)
                    .containsExactlyInAnyOrderElementsOf(route.consumes());
            assertThat(produced(operation))
                    .as("answers of " + operation)
                    .containsExactlyInAnyOrderElementsOf(route.produces());
        }
    }

    private static List<String> names(String path) {
        return Pattern.compile("\\{([a-z]+)}")
                .matcher(path)
                .results()
                .map(name -> name.group(1))
                .toList();
    }

    /// An operation without a body in its successes still writes its errors.
    private static Set<String> produced(Operation operation) {
        var types =
                operation
                        .node()
                        .get("responses")
                        .propertyStream()
                        .filter(response -> response.getKey().startsWith("2"))
                        .flatMap(
                                response ->
                                        document
                                                .resolve(response.getValue())
                                                .path("content")
                                                .propertyNames()
                                                .stream())
                        .collect(Collectors.toSet());
        return types.isEmpty() ? Set.of("application/json") : types;
    }

    @Test
    @Order(3)
    void deploysAsInTheExamples() {
        var uploaded =
                client.send(
                        "POST",
                        API + "/uploads",
                        iris(),
                        "Content-Type",
                        "application/octet-stream");
        assertThat(uploaded.status()).as(uploaded.body()).isEqualTo(201);
        var uri = uploaded.json().get("uri").stringValue();
        for (var example : examples("POST", API + "/deploy").properties()) {
            var body = UPLOAD.matcher(value(example).toString()).replaceAll(uri);
            var answer = client.post(API + "/deploy", body);
            assertThat(answer.status())
                    .as(example.getKey() + answer.body())
                    .isEqualTo(example.getKey().equals("later") ? 202 : 200);
        }
        await(() -> client.get(API + "/deployments/iris").json().get("revision").intValue() == 5);
    }

    private static JsonNode examples(String method, String path) {
        return operation(method, path).node().at("/requestBody/content/application~1json/examples");
    }

    private static JsonNode value(Map.Entry<String, JsonNode> example) {
        return example.getValue().get("value");
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the time it took").isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    @Order(4)
    void predictsAsInTheExamples() {
        var promised =
                operation("POST", API + "/predict")
                        .node()
                        .at("/responses/200/content/application~1json/examples");
        for (var example : examples("POST", API + "/predict").properties()) {
            var answer = client.post(API + "/predict", value(example).toString());
            assertThat(answer.status()).as(example.getKey() + answer.body()).isEqualTo(200);
            if (promised.has(example.getKey())) {
                var told = promised.get(example.getKey()).get("value");
                requireSame(told.path("predictions"), answer.json().path("predictions"));
                requireSame(told.get("outputs"), answer.json().get("outputs"));
                assertThat(answer.json().propertyNames()).isEqualTo(told.propertyNames());
            }
        }
        var bare =
                client.post(
                        API + "/predict?meta=false",
                        "{\"model\":\"iris\",\"instances\":[[1,2,3,4]]}");
        assertThat(bare.json().has("meta")).isFalse();
    }

    /// The same, numbers up to what another processor may compute.
    private static void requireSame(JsonNode told, JsonNode actual) {
        assertThat(actual.getNodeType()).isEqualTo(told.getNodeType());
        assertThat(actual.size()).isEqualTo(told.size());
        if (told.isObject()) {
            told.forEachEntry((name, value) -> requireSame(value, actual.path(name)));
        } else if (told.isArray()) {
            for (int i = 0; i < told.size(); i++) {
                requireSame(told.get(i), actual.get(i));
            }
        } else if (told.isNumber()) {
            assertThat(actual.doubleValue()).isCloseTo(told.doubleValue(), within(SMALL));
        } else {
            assertThat(actual).isEqualTo(told);
        }
    }

    @Test
    @Order(5)
    void showsWhatIsThere() {
        assertThat(
                        client.get(API + "/deployments?limit=1")
                                .json()
                                .get("next_page_token")
                                .stringValue())
                .isEqualTo("flowers");
        client.get(API + "/deployments?limit=5&page_token=a&state=READY&backend=onnxruntime");
        client.get(API + "/deployments/iris");
        client.get(API + "/deployments/iris/versions");
        client.get(API + "/deployments/iris/revisions");
        client.get(API + "/backends");
        assertThat(client.get(API + "/cache").json().at("/entries/1/model").stringValue())
                .isEqualTo("iris");
        client.get("/healthz");
        assertThat(client.get("/metrics").body()).contains("ml_inference_latency_ms");
        client.get("/openapi.json");
        client.get("/docs");
        var files = operation("GET", "/docs/{file}").node().at("/parameters/0/schema/enum");
        files.forEach(
                file ->
                        assertThat(client.get("/docs/" + file.stringValue()).status())
                                .isEqualTo(200));
        for (var path : List.of(API + "/models", API + "/deployments")) {
            await(() -> notModified(path)); // rates in the list change by themselves
        }
    }

    private static boolean notModified(String path) {
        var tag = client.get(path).headers().getOrDefault("etag", "");
        return client.get(path, "If-None-Match", tag).status() == 304;
    }

    @Test
    @Order(6)
    void labelsAndDeletesVersions() {
        var label = API + "/models/flowers/labels/champion";
        for (var example : examples("PUT", label).properties()) {
            var body = value(example).toString().replace("\"1\"", "\"4\"");
            assertThat(client.put(label, body).status()).isEqualTo(204);
        }
        expect(
                200,
                "",
                predict(
                        "\"model\":\"flowers\",\"version\":\"champion\",\"instances\":[[1,2,3,4]]"));
        expect(204, "", client.delete(label));
        expect(404, "MODEL_NOT_FOUND", client.delete(label));
        expect(404, "MODEL_NOT_FOUND", client.put(label, "{\"version\":9}"));
        expect(
                400,
                "INVALID_NAME",
                client.put(API + "/models/iris/labels/stable", "{\"version\":1}"));
        expect(400, "INVALID_NAME", client.delete(API + "/models/iris/labels/stable"));
        expect(400, "MALFORMED_REQUEST", client.put(label, "{}"));
        expect(409, "IN_USE", client.delete(API + "/models/flowers/versions/4"));
        expect(404, "MODEL_NOT_FOUND", client.delete(API + "/models/flowers/versions/9"));
        expect(400, "INVALID_PARAMETER", client.delete(API + "/models/flowers/versions/one"));
        expect(200, "", client.post(API + "/undeploy", "{\"name\":\"flowers\"}"));
        expect(204, "", client.delete(API + "/models/flowers/versions/4"));
    }

    private static Answer predict(String fields) {
        return client.post(API + "/predict", "{" + fields + "}");
    }

    private static Answer deploy(String fields) {
        return client.post(API + "/deploy", "{" + fields + "}");
    }

    @Test
    @Order(6)
    void sharesOutPromotesAndRollsBackAsInTheExamples() {
        var name = API + "/deployments/shared";
        expect(200, "", deploy("\"name\":\"shared\",\"source\":{\"uri\":\"file:iris.onnx\"}"));
        var canary =
                "\"name\":\"shared\",\"source\":{\"uri\":\"file:iris.onnx\"},\"version\":2,"
                        + "\"traffic\":{\"mode\":\"canary\",\"weight\":10}";
        expect(200, "", deploy(canary));
        for (var step : List.of("/traffic", "/rollback", "/promote")) {
            for (var example : examples("POST", API + "/deployments/{name}" + step).properties()) {
                expect(200, "", deploy(canary.replace("10", "11")));
                expect(200, "", client.post(name + step, value(example).toString()));
                if (step.equals("/promote")) {
                    expect(409, "CONFLICT", client.post(name + step, ""));
                    expect(200, "", client.post(name + "/rollback", ""));
                }
            }
            expect(
                    404,
                    "MODEL_NOT_FOUND",
                    client.post(
                            API + "/deployments/ghost" + step,
                            step.equals("/traffic") ? "{\"weights\":{\"1\":100}}" : ""));
        }
        expect(200, "", deploy(canary.replace("\"canary\",\"weight\":10", "\"shadow\"")));
        expect(200, "", predict("\"model\":\"shared\",\"instances\":[[1,2,3,4]]"));
        await(() -> client.get(name + "/shadow").json().get("samples").intValue() == 1);
        expect(200, "", client.get(name + "/shadow"));
        expect(200, "", client.get(name + "/shadow/history?minutes=5&version=2"));
        expect(400, "INVALID_PARAMETER", client.get(name + "/shadow/history?minutes=0"));
        expect(404, "MODEL_NOT_FOUND", client.get(API + "/deployments/ghost/shadow"));
        expect(404, "MODEL_NOT_FOUND", client.get(API + "/deployments/ghost/shadow/history"));
        client.get(name + "/revisions");
        client.get(name);
        client.get(API + "/deployments");
        expect(200, "", client.post(API + "/undeploy", "{\"name\":\"shared\"}"));
        expect(409, "CONFLICT", deploy(canary));
    }

    private static void expect(int status, String code, Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        if (status >= 400) {
            assertThat(answer.code()).as(answer.body()).isEqualTo(code);
        }
    }

    @Test
    @Order(7)
    void refusesDeploysAsDescribed() {
        var file = "\"source\":{\"uri\":\"file:iris.onnx\"}";
        expect(400, "MALFORMED_JSON", deploy("\"name\":"));
        expect(400, "INVALID_NAME", deploy("\"name\":\"a/b\"," + file));
        expect(400, "MALFORMED_REQUEST", deploy("\"name\":\"x\",\"nope\":1," + file));
        expect(
                403,
                "PATH_NOT_ALLOWED",
                deploy("\"name\":\"x\",\"source\":{\"uri\":\"file:/etc/passwd\"}"));
        expect(
                403,
                "URL_NOT_ALLOWED",
                deploy("\"name\":\"x\",\"source\":{\"uri\":\"http://a.example/m.onnx\"}"));
        expect(
                404,
                "MODEL_NOT_FOUND",
                deploy("\"name\":\"x\",\"source\":{\"uri\":\"model://ghost/1\"}"));
        expect(409, "CONFLICT", deploy("\"name\":\"iris\",\"version\":2," + file));
        expect(
                409,
                "CONFLICT",
                client.post(
                        API + "/deploy",
                        "{\"name\":\"iris\",\"replace\":true," + file + "}",
                        "If-Match",
                        "\"1\""));
        expect(
                422,
                "CONFIG_INVALID",
                deploy("\"name\":\"x\",\"config\":{\"max_batch_size\":-1}," + file));
        expect(
                422,
                "DIGEST_MISMATCH",
                deploy(
                        "\"name\":\"x\",\"source\":{\"uri\":\"file:iris.onnx\",\"sha256\":\""
                                + "0".repeat(64)
                                + "\"}"));
        expect(
                422,
                "MODEL_INVALID",
                deploy("\"name\":\"x\",\"source\":{\"uri\":\"" + broken() + "\"}"));
        expect(501, "UNSUPPORTED", deploy("\"name\":\"x\",\"backend\":\"triton\"," + file));
        expect(501, "UNSUPPORTED", deploy("\"name\":\"x\",\"ensemble\":{}," + file));
        expect(
                501,
                "UNSUPPORTED",
                client.post(API + "/undeploy", "{\"name\":\"iris\",\"force\":true}"));
    }

    private static String broken() {
        var answer =
                client.send(
                        "POST",
                        API + "/uploads",
                        TestServer.resource("/models/broken/text.onnx"),
                        "Content-Type",
                        "application/octet-stream");
        return answer.json().get("uri").stringValue();
    }

    @Test
    @Order(8)
    void refusesUploadsAsDescribed() {
        expect(415, "UNSUPPORTED_MEDIA_TYPE", upload("text/plain", new byte[] {1}));
        expect(422, "MODEL_INVALID", upload("application/octet-stream", new byte[0]));
        expect(422, "ARCHIVE_UNSAFE", upload("application/zip", new byte[] {1, 2, 3, 4}));
    }

    private static Answer upload(String type, byte[] body) {
        return client.send("POST", API + "/uploads", body, "Content-Type", type);
    }

    @Test
    @Order(9)
    void refusesPredictionsAsDescribed() {
        var row = "\"instances\":[[1,2,3,4]]";
        expect(400, "MALFORMED_JSON", predict("\"model\":"));
        expect(400, "INVALID_SHAPE", predict("\"model\":\"iris\",\"instances\":[[1,2,3]]"));
        expect(400, "INVALID_NAME", predict("\"model\":\"a/b\"," + row));
        expect(
                400,
                "RESERVED_PARAMETER",
                predict("\"model\":\"iris\",\"parameters\":{\"triton_x\":1}," + row));
        expect(404, "MODEL_NOT_FOUND", predict("\"model\":\"ghost\"," + row));
        expect(404, "MODEL_NOT_FOUND", predict("\"model\":\"iris\",\"version\":9," + row));
        expect(
                413,
                "BATCH_TOO_LARGE",
                predict(
                        "\"model\":\"iris\",\"instances\":["
                                + "[1,2,3,4],".repeat(64)
                                + "[1,2,3,4]]"));
        expect(200, "", predict("\"model\":\"iris\",\"parameters\":{\"route_key\":\"a\"}," + row));
        server.deploy("nan_out");
        expect(500, "NON_FINITE_OUTPUT", predict("\"model\":\"nan_out\",\"instances\":[[-1]]"));
        server.deploy("fails_on_negative");
        expect(
                500,
                "INFERENCE_FAILED",
                predict("\"model\":\"fails_on_negative\",\"instances\":[[-1]]"));
        server.deploy("slow");
        expect(504, "DEADLINE", predict(slow()));
    }

    private static String slow() {
        return """
               "model":"slow","inputs":[{"name":"x","datatype":"FP32","shape":[1,256],"data":[%s]},
               {"name":"iterations","datatype":"INT64","shape":[1],"data":[100000000]}],"parameters":{"timeout":100000}"""
                .formatted("0,".repeat(255) + "0");
    }

    @Test
    @Order(10)
    void aModelThatCouldNotBeLoadedIsNotReady() {
        var begun =
                deploy("\"name\":\"sad\",\"wait\":false,\"source\":{\"uri\":\"" + broken() + "\"}");
        expect(202, "", begun);
        assertThat(begun.headers()).containsEntry("location", API + "/deployments/sad");
        await(
                () ->
                        client.get(API + "/deployments/sad")
                                .json()
                                .get("state")
                                .stringValue()
                                .equals("UNAVAILABLE"));
        expect(503, "MODEL_NOT_READY", predict("\"model\":\"sad\",\"instances\":[[1]]"));
        client.get(API + "/deployments");
        expect(200, "", client.post(API + "/undeploy", "{\"name\":\"sad\"}"));
    }

    @Test
    @Order(11)
    void theProtocolAnswersAsDescribed() {
        expect(200, "", client.get("/v2"));
        expect(200, "", client.get("/v2/health/live"));
        expect(200, "", client.get("/v2/health/ready"));
        expect(200, "", client.get("/v2/models/stats"));
        var iris = "/v2/models/iris";
        var version = client.get(iris).json().at("/versions/0").stringValue();
        for (var model : List.of(iris, iris + "/versions/" + version)) {
            for (var part : List.of("", "/ready", "/config", "/stats")) {
                expect(200, "", client.get(model + part));
            }
            answersAsInTheExamples(model + "/infer");
            answersAsInTheExamples(model + "/generate");
            expect(200, "", client.post(model + "/generate_stream", "{\"X\":[1,2,3,4]}"));
            expect(404, "MODEL_NOT_FOUND", client.get(model.replace("iris", "ghost")));
        }
        expect(
                400,
                "BINARY_HEADER",
                client.post(iris + "/infer", "{}", "Inference-Header-Content-Length", "-1"));
        var repository = "/v2/repository/";
        for (var call : List.of("index", "models/iris/unload", "models/iris/load")) {
            for (var example : examples("POST", repository + call).properties()) {
                expect(200, "", client.post(repository + call, value(example).toString()));
            }
        }
        expect(404, "MODEL_NOT_FOUND", client.post(repository + "models/ghost/load", "{}"));
        expect(
                422,
                "CONFIG_INVALID",
                client.post(
                        repository + "models/iris/load",
                        "{\"parameters\":{\"config\":\"{\\\"nope\\\":1}\"}}"));
    }

    private static void answersAsInTheExamples(String path) {
        var promised =
                operation("POST", path)
                        .node()
                        .at("/responses/200/content/application~1json/examples");
        for (var example : examples("POST", path).properties()) {
            var answer = client.post(path, value(example).toString());
            assertThat(answer.status()).as(example.getKey() + answer.body()).isEqualTo(200);
            if (promised.has(example.getKey())) {
                var told = promised.get(example.getKey()).get("value");
                assertThat(answer.json().propertyNames()).isEqualTo(told.propertyNames());
                requireSame(told.path("outputs"), answer.json().path("outputs"));
                requireSame(told.path("probabilities"), answer.json().path("probabilities"));
            }
        }
    }

    @Test
    @Order(12)
    void undeploysAsInTheExamples() {
        for (var example : examples("POST", API + "/undeploy").properties()) {
            if (client.get(API + "/deployments/iris").status() == 404) {
                expect(
                        200,
                        "",
                        deploy(
                                "\"name\":\"iris\",\"source\":{\"uri\":\"file:iris.onnx\"},\"version\":1"));
            }
            var answer = client.post(API + "/undeploy", value(example).toString());
            assertThat(answer.status())
                    .as(example.getKey() + answer.body())
                    .isEqualTo(example.getKey().equals("later") ? 202 : 200);
            await(() -> client.get(API + "/deployments/iris").status() == 404);
        }
        expect(404, "MODEL_NOT_FOUND", client.post(API + "/undeploy", "{\"name\":\"iris\"}"));
        expect(404, "MODEL_NOT_FOUND", client.get(API + "/deployments/ghost/versions"));
        expect(404, "MODEL_NOT_FOUND", client.get(API + "/deployments/ghost/revisions"));
        expect(404, "ROUTE_NOT_FOUND", client.get("/docs/nothing.js"));
    }

    @Test
    @Order(13)
    void everyOperationRefusesWhatNoneTakes() {
        for (var operation : document.operations()) {
            var path = path(operation);
            var method = operation.method();
            expect(400, "INVALID_PARAMETER", head(method, path + "?zzz=1", Map.of()));
            expect(400, "AMBIGUOUS_URI", head(method, path + ";x=1", Map.of()));
            expect(
                    403,
                    "ORIGIN_NOT_ALLOWED",
                    head(method, path, Map.of("Origin", "https://evil.example")));
            expect(406, "NOT_ACCEPTABLE", head(method, path, Map.of("Accept", "video/mp4")));
            expect(414, "URI_TOO_LONG", head(method, path + "?" + "z".repeat(5000), Map.of()));
            expect(
                    415,
                    "UNSUPPORTED_MEDIA_TYPE",
                    head(
                            method,
                            path,
                            Map.of("Content-Type", "text/plain", "Content-Length", "1")));
            expect(421, "HOST_NOT_ALLOWED", head(method, path, Map.of("Host", "evil.example")));
            expect(
                    431,
                    "HEADERS_TOO_LARGE",
                    head(method, path, Map.of("X-Long", "x".repeat(20_000))));
            expect(501, "UNSUPPORTED", head(method, path, Map.of("Sec-WebSocket-Version", "13")));
            for (var type : operation.node().at("/requestBody/content").propertyNames()) {
                expect(
                        413,
                        "BODY_TOO_LARGE",
                        head(
                                method,
                                path,
                                Map.of("Content-Type", type, "Content-Length", "99999999999")));
                expect(
                        415,
                        "UNSUPPORTED_ENCODING",
                        head(
                                method,
                                path,
                                Map.of(
                                        "Content-Type",
                                        type,
                                        "Content-Encoding",
                                        "br",
                                        "Content-Length",
                                        "1")));
            }
        }
    }

    private static Answer head(String method, String path, Map<String, String> headers) {
        return client.sendHead(method, path, headers);
    }

    /// With the documented examples in place of the names.
    private static String path(Operation operation) {
        var path = operation.path();
        for (var reference : operation.node().path("parameters")) {
            var parameter = document.resolve(reference);
            if (parameter.get("in").stringValue().equals("path")) {
                path =
                        path.replace(
                                "{" + parameter.get("name").stringValue() + "}",
                                parameter.get("example").stringValue());
            }
        }
        return path;
    }

    @Test
    @Order(14)
    void otherPathsAndMethodsGetTheSameKindOfError() {
        expect(404, "ROUTE_NOT_FOUND", client.get("/nothing"));
        var refused = client.delete(API + "/predict");
        expect(405, "METHOD_NOT_ALLOWED", refused);
        assertThat(refused.headers()).containsEntry("allow", "OPTIONS, POST");
    }

    /// The server names the fields that it knows where it meets one that it does not.
    @Test
    @Order(15)
    void predictKnowsTheFieldsThatAreDescribed() {
        requireKnown("PredictRequest", "{\"zzz\":1}");
        requireKnown("InferInput", "{\"inputs\":[{\"zzz\":1}]}");
        requireKnown("RequestedOutput", "{\"outputs\":[{\"zzz\":1}]}");
        requireKnown("OutputParameters", "{\"outputs\":[{\"parameters\":{\"zzz\":1}}]}");
        requireKnown("PredictParameters", "{\"parameters\":{\"zzz\":1}}");
        requireKnown(
                "Base64Bytes",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[{\"zzz\":1}]}]}");
    }

    private static void requireKnown(String schema, String body) {
        var answer = client.post(API + "/predict", body);
        expect(400, answer.code(), answer);
        var known =
                new HashSet<>(
                        List.of(answer.json().at("/details/0/expected").stringValue().split(", ")));
        assertThat(document.schema(schema).get("properties").propertyNames())
                .as(schema + answer.body())
                .containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    @Order(16)
    void everyPromisedSuccessHasBeenSeen() {
        var missing = new ArrayList<String>();
        for (var operation : document.operations()) {
            for (var status : operation.node().get("responses").propertyNames()) {
                if (status.compareTo("400") < 0 && !client.hasSeen(operation, status)) {
                    missing.add(operation + " " + status);
                }
            }
        }
        assertThat(missing).isEmpty();
    }
}
