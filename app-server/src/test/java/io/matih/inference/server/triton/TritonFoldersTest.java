package io.matih.inference.server.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.TextFormat;

import io.matih.inference.engine.deployment.Variant;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.FolderConfig;
import io.matih.inference.engine.model.FolderConfigReader.Files;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelConfig.InstanceGroup;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;
import io.matih.inference.server.proto.DataType;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

class TritonFoldersTest {
    private static final ModelMetadata IRIS =
            new ModelMetadata(
                    List.of(new TensorSpec("X", Datatype.FP32, Shape.of(-1, 4), false)),
                    List.of(
                            new TensorSpec("label", Datatype.INT64, Shape.of(-1), false),
                            new TensorSpec("probabilities", Datatype.FP32, Shape.of(-1, 3), false)),
                    8,
                    Map.of("ai.onnx", 17L),
                    "",
                    "",
                    1,
                    1,
                    1,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of());

    private record InMemory(Map<String, String> files) implements Files {
        @Override
        public Collection<String> names() {
            return files.keySet();
        }

        @Override
        public byte[] read(String name, int maxBytes) {
            return Objects.requireNonNull(files.get(name)).getBytes(StandardCharsets.UTF_8);
        }
    }

    private static Optional<FolderConfig> read(
            @Nullable Integer version, @Nullable String config, String... others) {
        var files = new TreeMap<String, String>();
        for (var other : others) {
            files.put(other, "one\ntwo\n");
        }
        if (config != null) {
            files.put("config.pbtxt", config);
        }
        return new TritonFolders()
                .read(new InMemory(files), new ModelSource("m", null, null, "m", version));
    }

    @Test
    void aPlainModelIsNoFolderOfVersions() {
        assertThat(read(null, null, "model.onnx", "weights/1")).isEmpty();
        assertThat(read(null, null, "onnx/model.onnx", "onnx/weights.bin")).isEmpty();
    }

    @Test
    void aFolderWithoutConfigurationServesItsHighestVersion() {
        var folder =
                read(null, null, "1/model.onnx", "2/model.onnx", "10/model.onnx").orElseThrow();
        assertThat(folder.version()).isEqualTo(10);
        assertThat(folder.modelFile()).isEqualTo("10/model.onnx");
        assertThat(folder.config()).isEqualTo(ModelConfig.DEFAULT);
    }

    @Test
    void aModelMayLieInAFolderOfItsNameWithItsWeights() {
        var folder = read(null, "", "1/model.onnx/model.onnx", "1/model.onnx/weights.bin");
        assertThat(folder.orElseThrow().modelFile()).isEqualTo("1/model.onnx/model.onnx");
        var other = read(null, "default_model_filename: \"m.onnx\"", "3/m.onnx", "3/w.bin");
        assertThat(other.orElseThrow().modelFile()).isEqualTo("3/m.onnx");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    latest { }                   | - | 3
                    latest { num_versions: 1 }   | - | 3
                    latest { num_versions: 1 }   | 2 | 2
                    specific { versions: [ 2 ] } | - | 2
                    all { }                      | 1 | 1
                    """)
    void thePolicyChoosesTheVersionUnlessTheOperatorDoes(
            String policy, @Nullable Integer wanted, int version) {
        var folder =
                read(
                        wanted,
                        "version_policy { %s }".formatted(policy),
                        "1/model.onnx",
                        "2/model.onnx",
                        "3/model.onnx");
        assertThat(folder.orElseThrow().version()).isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource({
        "all { },UNSUPPORTED",
        "latest { num_versions: 2 },UNSUPPORTED",
        "specific { versions: 1 versions: 2 },UNSUPPORTED",
        "specific { versions: 4294967297 },CONFIG_INVALID"
    })
    void severalVersionsAtOnceAreRefused(String policy, ErrorCode code) {
        var failure =
                catchThrowableOfType(
                        ServingException.class,
                        () ->
                                read(
                                        null,
                                        "version_policy { %s }".formatted(policy),
                                        "1/model.onnx",
                                        "2/model.onnx"));
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessageContaining("1, 2");
    }

    @Test
    void allVersionsOfAFolderWithOneAreOne() {
        assertThat(read(null, "version_policy { all { } }", "7/model.onnx").orElseThrow().version())
                .isEqualTo(7);
    }

    @Test
    void labelsAreReadAndCarried() {
        var folder =
                read(
                        null,
                        "output { name: \"probabilities\" label_filename: \"labels.txt\" }",
                        "labels.txt",
                        "1/model.onnx");
        assertThat(folder.orElseThrow().config().presentation().labels())
                .containsExactly(Map.entry("probabilities", List.of("one", "two")));
    }

    @Test
    void tensorRtIsAnInstanceKindOfOurs() {
        var folder =
                read(
                        null,
                        """
                        instance_group { kind: KIND_GPU gpus: [ 0, 1 ] }
                        optimization { execution_accelerators {
                          gpu_execution_accelerator { name: "tensorrt" parameters { key: "precision_mode" value: "FP16" } }
                          cpu_execution_accelerator { name: "openvino" }
                        } }
                        """,
                        "1/model.onnx");
        var config = folder.orElseThrow().config();
        assertThat(config.instanceGroups())
                .containsExactly(new InstanceGroup(InstanceKind.KIND_TENSORRT, 1, List.of(0, 1)));
        assertThat(config.ignored())
                .containsExactly(
                        "optimization.execution_accelerators.cpu_execution_accelerator means nothing here",
                        "optimization.execution_accelerators.gpu_execution_accelerator.parameters means nothing here");
    }

    @Test
    void warmUpsOnAnythingButZerosAreLeftOutAndNamed() {
        var folder =
                read(
                        null,
                        """
                        model_warmup { name: "a" batch_size: 2 count: 3 inputs { key: "X" value { dims: 4 zero_data: true } } }
                        model_warmup { name: "b" inputs { key: "X" value { dims: 4 random_data: true } } }
                        """,
                        "1/model.onnx");
        var config = folder.orElseThrow().config();
        assertThat(config.warmups()).containsExactly(new ModelConfig.Warmup("a", 2, 3));
        assertThat(config.ignored())
                .containsExactly(
                        "model_warmup.inputs.random_data means nothing here: that warm-up is left out, for warm-ups are run on zeros");
    }

    @Test
    void whatIsDeployedReadsBackAsTheSameConfiguration() {
        var text =
                """
                max_batch_size: 16
                input { name: "X" data_type: TYPE_FP32 dims: [ 2, 2 ] reshape { shape: 4 } }
                output { name: "label" data_type: TYPE_INT64 dims: 1 reshape { } }
                dynamic_batching {
                  preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 preserve_ordering: true
                  priority_levels: 3 default_priority_level: 2
                  default_queue_policy { default_timeout_microseconds: 5000 allow_timeout_override: true max_queue_size: 10 }
                  priority_queue_policy { key: 1 value { timeout_action: DELAY max_queue_size: 5 } }
                }
                instance_group { kind: KIND_GPU count: 2 gpus: 1 }
                optimization { execution_accelerators { gpu_execution_accelerator { name: "tensorrt" } } }
                parameters { key: "inter_op_thread_count" value { string_value: "3" } }
                model_warmup { name: "w" batch_size: 2 count: 5 inputs { key: "X" value { dims: 4 zero_data: true } } }
                response_cache { enable: true }
                """;
        var config = read(null, text, "1/model.onnx").orElseThrow().config();
        assertThat(config.ignored()).isEmpty();
        var message = message(config);
        assertThat(message.getName()).isEqualTo("iris");
        assertThat(message.getPlatform()).isEqualTo("onnxruntime_onnx");
        assertThat(message.getInput(0).getDimsList()).containsExactly(2L, 2L);
        assertThat(message.getInput(0).getReshape().getShapeList()).containsExactly(4L);
        assertThat(message.getOutput(0).getDimsList()).containsExactly(1L);
        assertThat(message.getInput(0).getDataType()).isEqualTo(DataType.TYPE_FP32);
        assertThat(message.getOutput(1).getDimsList()).containsExactly(3L);
        var printed = TextFormat.printer().printToString(message);
        var again = read(null, printed, "1/model.onnx").orElseThrow();
        assertThat(again.config()).isEqualTo(config);
        again.check(IRIS);
    }

    @Test
    void whatIsLeftToTheModelIsWrittenOut() {
        var message = message(ModelConfig.DEFAULT);
        assertThat(message.getMaxBatchSize()).isEqualTo(ModelConfig.DEFAULT_MAX_BATCH_SIZE);
        assertThat(message.hasDynamicBatching()).isTrue();
        assertThat(message.hasResponseCache()).isFalse();
        assertThat(message.getInstanceGroupCount()).isEqualTo(1);
    }

    private static io.matih.inference.server.proto.ModelConfig message(ModelConfig config) {
        return ModelConfigMessages.of(
                "iris",
                new Variant(1, Variant.Role.STABLE, 100, "onnxruntime", config, Map.of(), false),
                IRIS);
    }
}
