package io.matih.inference.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.zip.ZipInputStream;

final class ClientCommandsTest {
    private static final String API = "/api/v1/inference/";
    private static final String IRIS =
            """
            {"name":"iris","model":"iris","version":"3","backend":"onnxruntime","state":"READY","reason":"","revision":7,
             "variants":[{"version":"3","label":"stable","weight":100}],"instances":2,"device":"cpu",
             "signature":{"inputs":[{"name":"X","datatype":"FP32","shape":[-1,2],"optional":false}],"outputs":[]},
             "features":{"X":["length","wi\\u001bdth"]},"last_failure":"MODEL_INVALID: empty","queue_depth":0,"memory":{"bytes":231000000},
             "stats":{"rps":118.2,"p50_ms":3.1,"p99_ms":9.4,"error_rate":0.0},"updated_at":"2026-11-24T11:57:00Z"}""";
    private static final String SHADOW =
            """
            {"deployment":"iris","shadows":[{"primary":"1","shadow":"2","percent":20,"watching":false,
             "ended":false,"verdict":"fail","reasons":["agreement is 95.00 %, surely below 99.00 %"],
             "samples":2000,"requests":500,"dropped":3,"errors":{"primary":0,"shadow":1},
             "last_error":"DEADLINE: late\\u001b[31m",
             "agreement":{"value":0.95,"low":0.939,"high":0.959,"comparator":"label"},
             "latency_ms":{"primary":{"p50":0.11,"p95":0.19,"p99":1.25},"shadow":{"p50":0,"p95":0,"p99":0}},
             "outputs":[{"name":"label","comparator":"label","max_abs_diff":1.0,"mean_abs_diff":0.05,
              "cosine_min":null,"psi":2.5,"ks":null}],
             "unshared":{"extra":"only the primary has it"},
             "worst":[{"id":null,"row":3,"score":1.0,"request":{},
              "primary":{"label":{"shape":[],"data":[1],"elements":1,"redacted":false}},
              "shadow":{"label":{"shape":[],"data":[],"elements":1,"redacted":true}}}],
             "gate":{"min_samples":1000,"min_agreement":0.99,"max_p99_ratio":1.1,"p99_slack_ms":1.0,
              "duration_s":604800,"promote":"automatic","rollback_window_s":0},
             "since":"2026-11-24T11:57:00Z"}]}""";

    private static final String CANARY =
            """
            {"name":"iris","model":"iris","version":"3","backend":"onnxruntime","state":"READY","reason":"","revision":8,
             "variants":[{"version":"3","label":"stable","weight":90,"state":"READY","reason":"","stats":{"p99_ms":9.4,"error_rate":0.0}},
              {"version":"4","label":"canary","weight":10,"state":"EVICTED","reason":"","stats":{"p99_ms":null,"error_rate":0.5}}],
             "instances":2,"device":"cpu","stats":{},"updated_at":"2026-11-24T11:57:00Z"}""";
    private static final String BROKEN =
            """
            {"name":"digits-cnn","version":"12","backend":"onnxruntime","state":"UNAVAILABLE",
             "reason":"warm-up failed\\u001b[31m\\nred","instances":0,"updated_at":"2026-11-24T06:00:00Z"}""";

    @TempDir Path folder;
    private FakeServer server;
    private CommandRun matih;

    @BeforeEach
    void start() throws IOException {
        server = new FakeServer();
        matih = new CommandRun(folder).with("MATIH_SERVER", server.url());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode sent() {
        return JsonArgument.JSON.readTree(server.lastCall().text());
    }

    @Test
    void deploymentsAreATable() {
        server.on(
                "GET " + API + "deployments",
                200,
                "{\"deployments\":[%s],\"next_page_token\":\"p 2\"}".formatted(IRIS));
        server.on(
                "GET " + API + "deployments?page_token=p%202",
                200,
                "{\"deployments\":[%s],\"next_page_token\":null}".formatted(BROKEN));

        assertThat(matih.run("deployments")).isZero();

        assertThat(matih.out())
                .isEqualTo(
                        """
                        NAME        VERSION  STATE        BACKEND      DEVICE  INSTANCES  QUEUE  REQ/S     P50     P99  ERRORS   MEMORY  UPDATED    REASON
                        iris              3  READY        onnxruntime  cpu             2      0  118.2  3.1 ms  9.4 ms     0 %  220 MiB  3 min ago
                        digits-cnn       12  UNAVAILABLE  onnxruntime                  0                                                 6 h ago    warm-up failed\\u001b[31m\\u000ared
                        """);
    }

    @Test
    void oneDeploymentIsShownInFull() {
        server.on("GET " + API + "deployments/iris", 200, IRIS);
        assertThat(matih.onScreen(80).run("deployments", "iris")).isZero();
        assertThat(matih.out())
                .contains("state         \u001b[32mREADY\u001b[0m\n")
                .contains("last failure  \u001b[31mMODEL_INVALID: empty\u001b[0m\n")
                .contains("input         X  FP32 [-1,2]\n")
                .contains("columns       X: length, wi\\u001bdth\n")
                .doesNotContain("reason");
    }

    @Test
    void aDeploymentWithACanaryShowsBothVersions() {
        server.on(
                "GET " + API + "deployments",
                200,
                "{\"deployments\":[%s],\"next_page_token\":null}".formatted(CANARY));
        server.on("GET " + API + "deployments/iris", 200, CANARY);

        matih.run("deployments");
        assertThat(matih.out()).contains("3 90 %, 4 10 %");
        matih.run("deployments", "iris");
        assertThat(matih.out())
                .contains(
                        "traffic    version 3, stable: 90 % of requests, READY, p99 9.4 ms, 0 % errors\n")
                .contains(
                        "traffic    version 4, canary: 10 % of requests, EVICTED, p99 -, 50 % errors\n");
    }

    @Test
    void sharesArePutInOneRequest() {
        server.on("POST " + API + "deployments/iris/traffic", 200, CANARY);

        int code = matih.run("traffic", "iris", "stable=90", "canary=10", "--reason", "day two");

        assertThat(code).isZero();
        assertThat(sent().toString())
                .isEqualTo("{\"weights\":{\"stable\":90,\"canary\":10},\"reason\":\"day two\"}");
        assertThat(matih.out()).isEqualTo("iris is at revision 8: 3 stable 90 %, 4 canary 10 %\n");
    }

    @Test
    void sharesThatAreNoneAreUsage() {
        for (var share : new String[] {"canary", "canary=x", "canary="}) {
            assertThat(matih.run("traffic", "iris", share)).as(share).isEqualTo(2);
        }
        assertThat(matih.run("traffic", "iris")).isEqualTo(2);
        assertThat(matih.run("deployments", "--revisions")).isEqualTo(2);
    }

    @Test
    void aCanaryIsDeployedPromotedAndRolledBack() {
        server.on("POST " + API + "deploy", 200, CANARY);
        server.on("POST " + API + "deployments/iris/promote", 200, IRIS);
        server.on("POST " + API + "deployments/iris/rollback", 200, IRIS);

        assertThat(matih.run("deploy", "iris", "model://iris/4", "--canary", "10")).isZero();
        assertThat(sent().get("traffic").toString())
                .isEqualTo("{\"mode\":\"canary\",\"weight\":10}");
        assertThat(matih.run("promote", "iris")).isZero();
        assertThat(sent().toString()).isEqualTo("{}");
        assertThat(matih.run("promote", "iris", "--version", "4")).isZero();
        assertThat(sent().toString()).isEqualTo("{\"version\":\"4\"}");
        assertThat(matih.run("rollback", "iris", "--revision", "7", "--reason", "slow")).isZero();
        assertThat(sent().toString()).isEqualTo("{\"revision\":7,\"reason\":\"slow\"}");
    }

    @Test
    void aShadowIsDeployedWithItsGate() {
        server.on("POST " + API + "deploy", 200, IRIS);

        assertThat(
                        matih.run(
                                "deploy",
                                "iris",
                                "model://iris/4",
                                "--shadow",
                                "20",
                                "--gate",
                                "{\"min_samples\":500}"))
                .isZero();
        assertThat(sent().get("traffic").toString())
                .isEqualTo("{\"mode\":\"shadow\",\"percent\":20,\"gate\":{\"min_samples\":500}}");
        assertThat(matih.run("deploy", "iris", "model://iris/4", "--gate", "{}")).isEqualTo(2);
        assertThat(matih.run("deploy", "iris", "model://iris/4", "--shadow", "5", "--canary", "5"))
                .isEqualTo(2);
    }

    @Test
    void aComparisonIsShownWithItsVerdict() {
        server.on(
                "GET " + API + "deployments/none/shadow",
                200,
                "{\"deployment\":\"none\",\"shadows\":[]}");
        server.on("GET " + API + "deployments/iris/shadow", 200, SHADOW);

        assertThat(matih.run("shadow", "none")).isZero();
        assertThat(matih.out()).startsWith("none has no shadow; deploy one: matih deploy none");
        assertThat(matih.run("shadow", "iris")).isZero();
        assertThat(matih.out())
                .isEqualTo(
                        """
                        FAIL  version 2 shadows version 1
                          agreement is 95.00 %, surely below 99.00 %
                        agreement    95 % of 2,000 rows, 93.9 % to 95.9 % with 95 % confidence, by label
                        requests     500 mirrored (20 % of all), 3 dropped, 1 failed; 0 of the stable version's failed
                        last error   DEADLINE: late\\u001b[31m
                        gate         agreement 99 % after 1,000 rows, p99 at most 1.1 × (a difference of 1 ms is free), promoted by itself
                        since        3 min ago
                        not compared extra: only the primary has it

                        LATENCY     P50     P95      P99
                        primary  110 µs  190 µs  1.25 ms
                        shadow        -       -        -

                        OUTPUT  BY     MAX DIFF  MEAN DIFF    PSI
                        label   label     1.000    0.05000  2.500

                        WORST    ROW  DIFFERENCE  PRIMARY  SHADOW
                        (no id)    3       1.000  label 1  label (redacted)
                        """);
    }

    @Test
    void revisionsAreATable() {
        server.on(
                "GET " + API + "deployments/iris/revisions",
                200,
                """
                {"name":"iris","revisions":[
                 {"revision":2,"action":"PROMOTE","version":"4","sha256":"ab","actor":"local","reason":"fine\\u001b[31m",
                  "variants":[{"version":"4","label":"stable","weight":100}],"at":"2026-11-24T11:57:00Z"},
                 {"revision":1,"action":"UNDEPLOY","version":null,"sha256":null,"actor":"ops","reason":null,
                  "variants":[],"at":"2026-11-24T06:00:00Z"}]}""");

        matih.run("deployments", "iris", "--revisions");

        assertThat(matih.out())
                .isEqualTo(
                        """
                        REVISION  ACTION    TRAFFIC         BY     WHEN       REASON
                               2  PROMOTE   4 stable 100 %  local  3 min ago  fine\\u001b[31m
                               1  UNDEPLOY                  ops    6 h ago
                        """);
    }

    @Test
    void jsonPrintsTheBodyAsItIs() {
        server.on("GET " + API + "deployments/iris", 200, IRIS);
        assertThat(matih.run("deployments", "iris", "--json")).isZero();
        assertThat(matih.out()).isEqualTo(IRIS + "\n");
    }

    @Test
    void onAScreenNoBodyMovesTheCursor() {
        server.on("GET " + API + "models", 200, "{\"x\":\"\u001b[2J\u202E\"}");
        matih.onScreen(80).run("models", "--json");
        assertThat(matih.out()).isEqualTo("{\"x\":\"\\u001b[2J\\u202e\"}\n");
    }

    @Test
    void noDeploymentSaysWhatToDo() {
        server.on("GET " + API + "deployments", 200, "{\"deployments\":[]}");
        matih.run("deployments");
        assertThat(matih.out()).startsWith("Nothing is deployed. `matih deploy");
    }

    @Test
    void aLocalFileIsUploadedAndDeployed() throws IOException {
        Files.writeString(folder.resolve("my model.onnx"), "onnx bytes");
        server.on(
                "POST " + API + "uploads",
                201,
                "{\"uri\":\"upload://u1\",\"sha256\":\"ab\",\"bytes\":10}");
        server.on("POST " + API + "deploy", 200, IRIS);

        int code =
                matih.run(
                        "deploy",
                        "iris",
                        "my model.onnx",
                        "--replace",
                        "--version",
                        "3",
                        "--features",
                        "x=sl,sw",
                        "--config",
                        "{\"max_batch_size\":8}");

        assertThat(matih.err()).isEmpty();
        assertThat(code).isZero();
        assertThat(matih.out()).isEqualTo("iris version 3 is READY on cpu (onnxruntime)\n");
        var upload = server.calls().getFirst();
        assertThat(upload.text()).isEqualTo("onnx bytes");
        assertThat(upload.header("Content-type")).isEqualTo("application/octet-stream");
        assertThat(upload.header("Content-length")).isEqualTo("10");
        assertThat(sent())
                .isEqualTo(
                        JsonArgument.JSON.readTree(
                                """
                                {"name":"iris","version":"3","config":{"max_batch_size":8},"features":{"x":["sl","sw"]},
                                 "pin":false,"wait":true,"dry_run":false,"replace":true,
                                 "source":{"uri":"upload://u1","format":"onnx"}}"""));
    }

    @Test
    void aFolderTravelsAsAZipThatIsTheSameEachTime() throws IOException {
        var model = Files.createDirectories(folder.resolve("m/sub"));
        Files.writeString(model.resolve("weights.bin"), "w");
        Files.writeString(folder.resolve("m/model.onnx"), "m");
        Files.writeString(folder.resolve("m/.hidden"), "h");
        server.on("POST " + API + "uploads", 201, "{\"uri\":\"upload://u1\"}");
        server.on("POST " + API + "deploy", 200, IRIS);

        matih.run("deploy", "iris", "m");
        matih.run("deploy", "iris", "m");

        var calls = server.calls();
        assertThat(calls.get(0).header("Content-type")).isEqualTo("application/zip");
        assertThat(calls.get(0).bytes()).isEqualTo(calls.get(2).bytes());
        var names = new ArrayList<String>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(calls.get(0).bytes()))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        assertThat(names).containsExactly("model.onnx", "sub/weights.bin");
        assertThat(sent().path("source").has("format")).isFalse();
    }

    @Test
    void aUriGoesAsItIs() {
        server.on(
                "POST " + API + "deploy",
                202,
                "{\"name\":\"iris\",\"version\":\"1\",\"state\":\"LOADING\"}");
        assertThat(matih.run("deploy", "iris", "s3://b/k.onnx", "--no-wait", "--sha256", "ab"))
                .isZero();
        assertThat(sent().path("source").toString())
                .isEqualTo("{\"uri\":\"s3://b/k.onnx\",\"sha256\":\"ab\"}");
        assertThat(sent().path("wait").booleanValue()).isFalse();
        assertThat(matih.out()).isEqualTo("iris version 1 is LOADING\n");
    }

    @ParameterizedTest
    @CsvSource({"nowhere.onnx,there is no file", "http://x/m.onnx,is no source of models"})
    void whatIsNoModelIsAUsageError(String model, String message) {
        assertThat(matih.run("deploy", "iris", model)).isEqualTo(2);
        assertThat(matih.err())
                .startsWith("error: ")
                .contains(message)
                .contains("hint: `matih deploy --help` shows how");
        assertThat(server.calls()).isEmpty();
    }

    @Test
    void aRefusedUploadIsToldBeforeItTravels() throws IOException {
        Files.write(folder.resolve("big.onnx"), new byte[4 << 20]);
        var refusal =
                "{\"error\":\"the model has 4 MiB, 1 MiB is allowed\",\"code\":\"MODEL_TOO_LARGE\",\"request_id\":\"r\"}";
        try (var refusing = new RefusingServer("413 Content Too Large", refusal)) {
            assertThat(matih.run("deploy", "iris", "big.onnx", "--server", refusing.url()))
                    .isEqualTo(1);
            assertThat(refusing.head())
                    .containsIgnoringCase("Expect: 100-continue")
                    .contains("Content-Length: 4194304");
        }
        assertThat(matih.err())
                .isEqualTo(
                        """
                        error: the model has 4 MiB, 1 MiB is allowed (MODEL_TOO_LARGE, request r)
                        hint: the server's limits.max_model_bytes can be raised
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[[5.1,3.5],[6,2]]|\"instances\":[[5.1,3.5],[6,2]]",
                "[5.1,3.5]|\"instances\":[[5.1,3.5]]",
                "{\"sl\":5.1}|\"instances\":[{\"sl\":5.1}]",
                "[{\"sl\":1},{\"sl\":2}]|\"instances\":[{\"sl\":1},{\"sl\":2}]",
                "{\"instances\":[[1]],\"id\":\"7\"}|\"instances\":[[1]],\"id\":\"7\"",
                "{\"inputs\":[]}|\"inputs\":[]",
                "[9007199254740993,1.10]|\"instances\":[[9007199254740993,1.10]]",
            })
    void whatPeopleTypeBecomesARequest(String typed, String expected) {
        server.on("POST " + API + "predict", 200, "{\"outputs\":[]}");
        assertThat(matih.run("predict", "iris", "--data", typed)).isZero();
        assertThat(server.lastCall().text()).isEqualTo("{\"model\":\"iris\"," + expected + "}");
    }

    @Test
    void predictionsAreATableWithARowEach() throws IOException {
        Files.writeString(folder.resolve("rows.json"), "[[1,2],[3,4]]");
        server.on(
                "POST " + API + "predict",
                200,
                """
                {"model_name":"iris","model_version":"3","outputs":[
                 {"name":"label","datatype":"INT64","shape":[2],"data":[0,9007199254740993]},
                 {"name":"probabilities","datatype":"FP32","shape":[2,3],"data":[0.97654321,0.02,3e-9,0.1,0.2,0.7]},
                 {"name":"species\\u001b[31m","datatype":"BYTES","shape":[2,1],"data":["setosa","virginica"]}],
                 "meta":{"device":"cpu","timings_us":{"total":910}}}""");
        assertThat(
                        matih.run(
                                "predict",
                                "iris",
                                "--input",
                                "rows.json",
                                "--version",
                                "3",
                                "--timeout",
                                "50ms"))
                .isZero();
        assertThat(matih.out())
                .isEqualTo(
                        """
                        ROW             label  probabilities           species\\u001b[31m
                          1                 0  [0.976543, 0.02, 3E-9]  setosa
                          2  9007199254740993  [0.1, 0.2, 0.7]         virginica
                        iris version 3, cpu, 0.91 ms
                        """);
        assertThat(sent().path("parameters").path("timeout").longValue()).isEqualTo(50_000);
        assertThat(sent().path("version").stringValue()).isEqualTo("3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[[1,2|--data is not JSON: line 1, column",
                "7|the data has no rows",
                "[]|the data has no rows",
                "''|--data is empty",
            })
    void dataThatIsNoneIsAUsageError(String data, String message) {
        assertThat(matih.run("predict", "iris", "--data", data)).isEqualTo(2);
        assertThat(matih.err()).startsWith("error: ").contains(message);
    }

    @Test
    void anUndeployTellsWhatItFreed() {
        server.on(
                "POST " + API + "undeploy",
                200,
                "{\"name\":\"iris\",\"state\":\"UNLOADED\",\"drained\":12,\"aborted\":0,\"freed_bytes\":231000000}");
        assertThat(matih.run("undeploy", "iris", "--force", "--drain-timeout", "5")).isZero();
        assertThat(matih.out())
                .isEqualTo("iris is UNLOADED: 12 requests drained, 0 aborted, 220 MiB freed\n");
        assertThat(server.lastCall().text())
                .isEqualTo(
                        "{\"name\":\"iris\",\"wait\":true,\"drain_timeout_s\":5,\"force\":true}");
    }

    @Test
    void modelsAreATable() {
        server.on(
                "GET " + API + "models",
                200,
                """
                {"models":[{"name":"iris","versions":[
                  {"version":"1","sha256":"0123456789abcdef0123","bytes":13500,"deployed":false,"registered_at":"2026-11-22T12:00:00Z"},
                  {"version":"2","deployed":true,"sha256":"ff","bytes":999,"registered_at":"2026-11-24T11:59:59Z"}]}]}""");
        assertThat(matih.run("models")).isZero();
        assertThat(matih.out())
                .isEqualTo(
                        """
                        MODEL  VERSION  DEPLOYED      SIZE  SHA256        REGISTERED
                        iris         1            13.2 KiB  0123456789ab  2 d ago
                        iris         2  yes          999 B  ff            now
                        """);
    }

    @Test
    void anErrorIsOneLineWithCodeAndRequestAndWhatIsWrong() {
        server.on(
                "POST " + API + "predict",
                400,
                """
                {"error":"input 'x': expected FP32 [-1,4],\\n got FP64 [1,5]","code":"INVALID_SHAPE","status":400,"request_id":"01J",
                 "details":[{"field":"inputs"},{"field":"inputs[0].shape","expected":"[-1,4]","actual":"[1,5]\\u001b[0m"}],"retry_after_ms":null}""");
        assertThat(matih.run("predict", "iris", "--data", "[1]", "--json")).isEqualTo(1);
        assertThat(matih.err())
                .isEqualTo(
                        """
                        error: input 'x': expected FP32 [-1,4],\\u000a got FP64 [1,5] (INVALID_SHAPE, request 01J)
                          inputs[0].shape: expected [-1,4], got [1,5]\\u001b[0m
                        """);
        assertThat(matih.out()).startsWith("{\"error\":");
    }

    @Test
    void anAnswerThatIsNotOursIsSaidSo() {
        server.on("GET " + API + "models", 502, "<html>\u001b[31mbad gateway");
        assertThat(matih.run("models")).isEqualTo(1);
        assertThat(matih.err())
                .startsWith(
                        "error: the server answered 502 without a JSON error: <html>\\u001b[31mbad");
        server.on("GET " + API + "models", 200, "hello");
        assertThat(matih.run("models")).isEqualTo(1);
        assertThat(matih.err()).contains("is a MATIH server listening there?");
    }

    @Test
    void noServerSaysHowToStartOne() {
        server.close();
        assertThat(matih.run("deployments")).isEqualTo(1);
        assertThat(matih.err())
                .isEqualTo(
                        "error: no server at %s: start one with `matih serve`\n"
                                .formatted(server.url()));
    }

    @Test
    void theServerIsFoundThroughTheDataFolder() throws IOException {
        server.on("GET " + API + "models", 200, "{\"models\":[]}");
        long pid = ProcessHandle.current().pid();
        new ServerAddress(server.url(), "127.0.0.1:1", pid).write(folder.resolve("address.json"));
        var bare = new CommandRun(folder.resolve("elsewhere"));
        assertThat(bare.run("models", "--data", folder.toString())).isZero();
        assertThat(server.calls()).hasSize(1);
    }

    @Test
    void theKeyIsABearerToken() {
        server.on("GET " + API + "models", 200, "{\"models\":[]}");
        matih.with("MATIH_API_KEY", "from-variable").run("models");
        assertThat(server.lastCall().header("Authorization")).isEqualTo("Bearer from-variable");
        matih.run("models", "--api-key", "from-option");
        assertThat(server.lastCall().header("Authorization")).isEqualTo("Bearer from-option");
    }
}
