package io.matih.inference.server.persistence;

import static io.matih.inference.engine.deployment.StoreSamples.CONFIG;
import static io.matih.inference.engine.deployment.StoreSamples.METADATA;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import org.junit.jupiter.api.Test;

import java.util.List;

class JsonTest {
    private final Json json = new Json();

    @Test
    void whatIsWrittenComesBackAndIsAscii() {
        assertThat(json.metadata(json.write(METADATA))).isEqualTo(METADATA);
        assertThat(json.config(json.write(CONFIG))).isEqualTo(CONFIG);
        assertThat(json.config(json.write(ModelConfig.DEFAULT))).isEqualTo(ModelConfig.DEFAULT);
        assertThat(json.write(METADATA)).matches("\\p{ASCII}*").doesNotContain("\u0000");
    }

    @Test
    void aShapeIsAPlainArray() {
        assertThat(json.write(new TensorSpec("x", Datatype.FP32, Shape.of(-1, 4))))
                .contains("\"shape\":[-1,4]");
    }

    @Test
    void fieldsOfANewerProgramAreSkipped() {
        var stored =
                """
                {"maxBatchSize": 5, "later": {"a": [1]},
                 "instanceGroups": [{"kind": "KIND_CPU", "count": 2, "gpus": [], "later": 1}],
                 "warmups": [{"name": "w", "batchSize": 1, "count": 2, "later": null}]}
                """;

        var config = json.config(stored);

        assertThat(config.maxBatchSize()).isEqualTo(5);
        assertThat(config.instanceGroups())
                .containsExactly(
                        new ModelConfig.InstanceGroup(InstanceKind.KIND_CPU, 2, List.of()));
    }

    @Test
    void fieldsThatAnOlderProgramDidNotWriteHaveTheirDefault() {
        assertThat(json.config("{}")).isEqualTo(ModelConfig.DEFAULT);
        assertThat(json.config("{\"instanceGroups\":[{\"kind\":\"KIND_GPU\",\"count\":1}]}"))
                .extracting(config -> config.instanceGroups().getFirst().gpus())
                .isEqualTo(List.of());

        var metadata =
                json.metadata(
                        """
                        {"inputs": [{"name": "x", "datatype": "FP32", "shape": [-1]}], "nodes": 3}
                        """);

        assertThat(metadata.inputs())
                .containsExactly(new TensorSpec("x", Datatype.FP32, Shape.of(-1), false));
        assertThat(metadata.nodes()).isEqualTo(3);
        assertThat(metadata.opsets()).isEmpty();
        assertThat(metadata.producer()).isEmpty();
        assertThat(metadata.findings()).isEmpty();
    }

    @Test
    void whatCannotBeUnderstoodIsAStorageFailure() {
        for (var stored : List.of("", "null", "[]", "{\"maxBatchSize\":\"5\"}", "{} {}")) {
            assertThatExceptionOfType(ServingException.class)
                    .as(stored)
                    .isThrownBy(() -> json.config(stored))
                    .satisfies(
                            failure ->
                                    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FAILED));
        }
    }
}
