package io.matih.inference.server.triton;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.server.TestServer;
import io.matih.inference.server.TestServer.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Triton's model folders over the deploy route, with real models.
class TritonDeployTest {
    private static final String ADD_SUB =
            """
            name: "add_sub"
            platform: "onnxruntime_onnx"
            max_batch_size: 8
            input [
              { name: "INPUT0" data_type: TYPE_INT32 dims: [ 16 ] },
              { name: "INPUT1" data_type: TYPE_INT32 dims: [ 16 ] }
            ]
            output [
              { name: "OUTPUT0" data_type: TYPE_INT32 dims: [ 16 ] },
              { name: "OUTPUT1" data_type: TYPE_INT32 dims: [ 16 ] }
            ]
            """;

    @TempDir private static Path data;
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(data);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer deployFolder(String name, ModelFolder folder, String more) {
        folder.write(data.resolve("models").resolve(name));
        return server.deploy(name, "file:" + name, more);
    }

    private static String upload(ModelFolder folder) {
        return server.upload(folder.zip(), "application/zip");
    }

    @Test
    void aFolderIsServedAsItsConfigurationSays() {
        var answer =
                deployFolder(
                        "whole",
                        ModelFolder.of(
                                        "add_sub",
                                        ADD_SUB.replace("\"add_sub\"", "\"whole\"")
                                                + """
                                                dynamic_batching {
                                                  preferred_batch_size: [ 4, 8 ]
                                                  max_queue_delay_microseconds: 300
                                                  priority_levels: 2
                                                  default_priority_level: 2
                                                  priority_queue_policy { key: 1 value { timeout_action: DELAY max_queue_size: 7 } }
                                                }
                                                instance_group [ { count: 2 kind: KIND_CPU } ]
                                                parameters { key: "intra_op_thread_count" value { string_value: "2" } }
                                                parameters { key: "execution_mode" value { string_value: "1" } }
                                                optimization { graph { level: 1 } cuda { graphs: true } }
                                                model_warmup { name: "w" batch_size: 4 count: 2 inputs { key: "INPUT0" value { data_type: TYPE_INT32 dims: 16 zero_data: true } } }
                                                response_cache { enable: true }
                                                metric_tags { key: "team" value: "risk" }
                                                """)
                                .model(3, "add_sub"),
                        "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        var json = answer.json();
        assertThat(json.at("/version").stringValue()).isEqualTo("3");
        assertThat(json.at("/instances").intValue()).isEqualTo(2);
        var config = json.get("config");
        assertThat(config.at("/max_batch_size").intValue()).isEqualTo(8);
        assertThat(config.at("/dynamic_batching/preferred_batch_size").toString())
                .isEqualTo("[4,8]");
        assertThat(config.at("/dynamic_batching/max_queue_delay_microseconds").intValue())
                .isEqualTo(300);
        assertThat(config.at("/dynamic_batching/priority_queue_policy/1/timeout_action").asString())
                .isEqualTo("DELAY");
        assertThat(
                        config.at(
                                        "/dynamic_batching/priority_queue_policy/1/allow_timeout_override")
                                .booleanValue())
                .isFalse();
        assertThat(config.at("/parameters/intra_op_thread_count/string_value").asString())
                .isEqualTo("2");
        assertThat(config.at("/response_cache/enable").booleanValue()).isTrue();
        assertThat(config.at("/model_warmup/0/count").intValue()).isEqualTo(2);
        assertThat(json.get("findings").findValuesAsString("message"))
                .containsExactlyInAnyOrder(
                        "metric_tags means nothing here: metrics have the model's name and version only",
                        "optimization.cuda means nothing here",
                        "optimization.graph means nothing here: ONNX Runtime optimizes every graph as far as it can",
                        "parameters 'execution_mode' means nothing here");
        var sums =
                server.predict(
                        "{\"model\":\"whole\",\"inputs\":[{\"name\":\"INPUT0\",\"datatype\":\"INT32\",\"shape\":[1,16],\"data\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]},{\"name\":\"INPUT1\",\"datatype\":\"INT32\",\"shape\":[1,16],\"data\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}]}");
        assertThat(sums.status()).as(sums.body()).isEqualTo(200);
        assertThat(sums.json().at("/outputs/0/data/15").intValue()).isEqualTo(17);
    }

    /// As `zip -r model.zip model` makes it; and what is deployed is the plain model.
    @Test
    void aZippedFolderIsServedAndIsTheSameModelAsItsFileAlone() {
        var zip = ModelFolder.of("iris", "").moved("", "iris/");
        var answer = server.deploy("zipped", upload(zip), "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/version").stringValue()).isEqualTo("1");
        var again = server.deploy("zipped", server.uploadModel("iris"), "");
        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(again.json().at("/revision").intValue()).isEqualTo(1);
    }

    @Test
    void theOperatorsOwnConfigurationTakesThePlaceOfTheFolders() {
        var answer =
                deployFolder(
                        "own",
                        ModelFolder.of("add_sub", ADD_SUB.replace("name: \"add_sub\"", "")),
                        ",\"config\":{\"max_batch_size\":5},\"version\":9");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/config/max_batch_size").intValue()).isEqualTo(5);
        assertThat(answer.json().at("/version").stringValue()).isEqualTo("9");
    }

    @Test
    void ofARepositoryTheFolderOfTheDeploymentsNameIsServed() {
        var both =
                ModelFolder.of("constant_7", "")
                        .moved("", "repository/seven/")
                        .with(ModelFolder.of("constant_9", "").moved("", "repository/nine/"));
        var uri = upload(both);
        var neither = server.deploy("eight", uri, "");
        assertThat(neither.status()).isEqualTo(422);
        assertThat(neither.code()).isEqualTo("MODEL_INVALID");
        assertThat(neither.body()).contains("(nine, seven)");
        assertThat(server.deploy("nine", uri, "").status()).isEqualTo(200);
        var nine = server.predict("{\"model\":\"nine\",\"instances\":[[1]]}");
        assertThat(nine.json().at("/outputs/0/data/0").intValue()).isEqualTo(9);
    }

    /// As most configurations of scikit-learn's models have it: a label a row, as a row of one.
    @Test
    void tensorsAreReshapedOnTheirWay() {
        var answer =
                server.deploy(
                        "reshaped",
                        upload(
                                ModelFolder.of(
                                        "iris",
                                        """
                                        max_batch_size: 8
                                        input { name: "X" data_type: TYPE_FP32 dims: [ 2, 2 ] reshape { shape: [ 4 ] } }
                                        output { name: "label" data_type: TYPE_INT64 dims: [ 1 ] reshape { shape: [ ] } }
                                        output { name: "probabilities" data_type: TYPE_FP32 dims: [ 3 ] }
                                        response_cache { enable: true }
                                        model_warmup { name: "w" batch_size: 2 }
                                        """)),
                        "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/signature/inputs/0/shape").toString()).isEqualTo("[-1,2,2]");
        assertThat(answer.json().at("/signature/outputs/0/shape").toString()).isEqualTo("[-1,1]");
        var request =
                "{\"model\":\"reshaped\",\"inputs\":[{\"name\":\"X\",\"datatype\":\"FP32\",\"shape\":[3,2,2],\"data\":[6.1,2.8,4.7,1.2,6.4,2.9,4.3,1.3,7.2,3.0,5.8,1.6]}]}";
        for (int i = 0; i < 2; i++) { // the second time from the cache
            var labels = server.predict(request);
            assertThat(labels.status()).as(labels.body()).isEqualTo(200);
            assertThat(labels.json().at("/outputs/0/shape").toString()).isEqualTo("[3,1]");
            assertThat(labels.json().at("/outputs/0/data").toString()).isEqualTo("[1,1,2]");
            assertThat(labels.json().at("/outputs/1/shape").toString()).isEqualTo("[3,3]");
        }
        var wrong = server.predict(request.replace("[3,2,2]", "[3,4]"));
        assertThat(wrong.code()).isEqualTo("INVALID_SHAPE");
    }

    @Test
    void aDryRunNamesWhatMeansNothing() {
        var folder = ModelFolder.of("iris", "metric_tags { key: \"a\" value: \"b\" }");
        var answer = server.deploy("dry", upload(folder), ",\"dry_run\":true");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("CONFIG_IGNORED", "metric_tags means nothing here");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    UNSUPPORTED    | backend: "python"                                   | backend 'python' is not supported: models run on onnxruntime; export the model to ONNX
                    UNSUPPORTED    | platform: "tensorrt_plan"                           | platform 'tensorrt_plan' is not supported
                    UNSUPPORTED    | sequence_batching { }                               | sequence_batching is not supported
                    UNSUPPORTED    | platform: "ensemble" ensemble_scheduling { }        | ensemble_scheduling is not supported
                    UNSUPPORTED    | model_transaction_policy { decoupled: true }        | model_transaction_policy.decoupled is not supported
                    UNSUPPORTED    | model_operations { op_library_filename: "x.so" }    | libraries with operators of their own are never loaded
                    CONFIG_INVALID | max_batch_size: 4 input { name: "X" dims: [ 2, 2 ] } | input 'X' has dims [2, 2], but the model's are [4]
                    CONFIG_INVALID | max_batch_size: 4 input { name: "X" dims: [ 2, 3 ] reshape { shape: 4 } } | input 'X' cannot be reshaped from dims [2, 3] to [4]
                    CONFIG_INVALID | max_batch_size: 4 input { name: "X" dims: [ 5 ] reshape { shape: 5 } } | input 'X' is reshaped to [5], but the model's are [4]
                    CONFIG_INVALID | max_batch_size: 4 max_batch_size: 5                 | line 1, column 33
                    CONFIG_INVALID | max_batch_sise: 4                                   | line 1, column 1: ModelConfig has no field 'max_batch_sise'
                    CONFIG_INVALID | input [ { nome: "X" } ]                             | ModelInput has no field 'nome'
                    CONFIG_INVALID | max_batch_size: many                                | line 1, column 17
                    CONFIG_INVALID | input [ { name: "X"                                 | line 1
                    CONFIG_INVALID | max_batch_size: -1                                  | config.max_batch_size: '-1' is not allowed; allowed: 0 to 65536
                    CONFIG_INVALID | instance_group { kind: 99 }                         | instance_group.kind: 99 stands for nothing; allowed: KIND_AUTO, KIND_GPU, KIND_CPU, KIND_MODEL
                    CONFIG_INVALID | input { name: "X" data_type: 77 dims: 4 }           | input.data_type: 77 stands for nothing; allowed: TYPE_INVALID, TYPE_BOOL
                    CONFIG_INVALID | instance_group { count: 1000 }                      | config.instance_group.count: '1000' is not allowed
                    CONFIG_INVALID | dynamic_batching { priority_levels: 18446744073709551615 } | config.dynamic_batching.priority_levels
                    CONFIG_INVALID | max_batch_size: 4 input { name: "Y" dims: 4 }       | the model has no input 'Y'; it has 'X'
                    CONFIG_INVALID | max_batch_size: 4 input { name: "X" data_type: TYPE_FP64 dims: 4 } | input 'X' is TYPE_FP64, but the model's is TYPE_FP32
                    CONFIG_INVALID | max_batch_size: 4 input { name: "X" dims: 5 }       | input 'X' has dims [5], but the model's are [4] behind the batch's axis
                    CONFIG_INVALID | input { name: "X" dims: 4 }                         | its first axis included, for max_batch_size is 0
                    CONFIG_INVALID | max_batch_size: 4 input { name: "X" dims: 4 optional: true } | cannot do without it
                    CONFIG_INVALID | output { name: "nothing" }                          | the model has no output 'nothing'; it has 'label', 'probabilities'
                    CONFIG_INVALID | output { name: "label" label_filename: "no.txt" }   | takes its labels from 'no.txt', which is not in the folder
                    CONFIG_INVALID | version_policy { specific { versions: 4 } }         | version_policy.specific asks for version 4; in the folder are 1
                    MODEL_INVALID  | default_model_filename: "other.onnx"                | the model's folder has no file 1/other.onnx
                    CONFIG_INVALID | parameters { key: "intra_op_thread_count" value { string_value: "x" } } | config.parameters.intra_op_thread_count
                    """)
    void whatCannotBeFollowedIsRefused(String code, String config, String message) {
        var answer = server.deploy("refused", upload(ModelFolder.of("iris", config)), "");
        assertThat(answer.code()).as(answer.body()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(code.equals("UNSUPPORTED") ? 501 : 422);
        assertThat(answer.json().get("error").stringValue()).contains(message);
        assertThat(server.get(TestServer.API + "/deployments/refused").status()).isEqualTo(404);
    }

    @Test
    void aConfigurationIsBounded() {
        var nested = "input { ".repeat(5000);
        var answer = server.deploy("refused", upload(ModelFolder.of("iris", nested)), "");
        assertThat(answer.code()).as(answer.body()).isEqualTo("CONFIG_INVALID");
        var large = "# comment\n".repeat(200_000);
        answer = server.deploy("refused", upload(ModelFolder.of("iris", large)), "");
        assertThat(answer.code()).as(answer.body()).isIn("CONFIG_INVALID", "ARCHIVE_LIMIT");
        var folder = deployFolder("bounded", ModelFolder.of("iris", large), "");
        assertThat(folder.code()).as(folder.body()).isEqualTo("CONFIG_INVALID");
        assertThat(folder.body()).contains("more than 1048576 bytes");
    }

    @Test
    void aBatchSizeForAModelWithoutBatchesIsRefused() {
        var folder = ModelFolder.of("fixed_batch4", "max_batch_size: 4");
        var answer = server.deploy("refused", upload(folder), "");
        assertThat(answer.code()).as(answer.body()).isEqualTo("CONFIG_INVALID");
        assertThat(answer.body()).contains("0 is right for it");
        var right = ModelFolder.of("fixed_batch4", "input { name: \"x\" dims: [ 4, 3 ] }");
        answer = server.deploy("fixed", upload(right), "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/config/max_batch_size").intValue()).isZero();
    }

    @Test
    void aLinkOutOfTheFolderIsRefused() throws IOException {
        var folder = data.resolve("models").resolve("linked");
        new ModelFolder().model(1, "iris").write(folder);
        var outside = Files.writeString(data.resolve("outside.pbtxt"), "max_batch_size: 4");
        Files.createSymbolicLink(folder.resolve("config.pbtxt"), outside);
        var answer = server.deploy("linked", "file:linked", "");
        assertThat(answer.code()).as(answer.body()).isEqualTo("PATH_NOT_ALLOWED");
    }

    @Test
    void whatWasNamedIsStillThereAfterARestart(@TempDir Path own) {
        var folder = ModelFolder.of("iris", "metric_tags { key: \"a\" value: \"b\" }");
        try (var first = TestServer.start(own)) {
            var uri = first.upload(folder.zip(), "application/zip");
            assertThat(first.deploy("iris", uri, "").status()).isEqualTo(200);
        }
        try (var second = TestServer.start(own)) {
            assertThat(second.get(TestServer.API + "/deployments/iris").body())
                    .contains("metric_tags means nothing here");
        }
    }

    @Test
    void aRepositoryIsServedFromTheStartAndLoadedOnce(@TempDir Path own) {
        var repository = own.resolve("repository");
        ModelFolder.of("iris", "max_batch_size: 16").write(repository.resolve("iris"));
        new ModelFolder().model(2, "constant_7").write(repository.resolve("seven"));
        ModelFolder.of("iris", "backend: \"python\"").write(repository.resolve("script"));
        var settings = java.util.Map.of("model.repository", repository.toString());
        for (int start = 0; start < 2; start++) {
            try (var serving = TestServer.start(own.resolve("data"), settings)) {
                var list = serving.get(TestServer.API + "/deployments").json().get("deployments");
                assertThat(list.findValuesAsString("name")).contains("iris", "seven");
                assertThat(list.findValuesAsString("name")).doesNotContain("script");
                var iris = serving.get(TestServer.API + "/deployments/iris").json();
                assertThat(iris.at("/config/max_batch_size").intValue()).isEqualTo(16);
                assertThat(iris.at("/revision").intValue()).isEqualTo(1);
                var seven =
                        serving.predict(
                                "{\"model\":\"seven\",\"version\":\"2\",\"instances\":[[1]]}");
                assertThat(seven.status()).as(seven.body()).isEqualTo(200);
            }
        }
    }
}
