package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.zoo.Zoo;
import io.matih.inference.engine.zoo.ZooSamples;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class ZooInferenceTest {
    @TempDir Path folder;
    private OnnxFixture fixture;

    static List<String> models() {
        return Zoo.names();
    }

    @BeforeEach
    void open() {
        fixture = new OnnxFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyModelAnswersAsItsSamplesSay(String model) {
        var samples = ZooSamples.of(model);
        var artifact = fixture.artifact(model);
        var metadata = withKnownLevel(model, OnnxFixture.metadata(artifact));
        try (var instance = fixture.backend.load(artifact, metadata, OnnxFixture.CPU)) {
            assertThat(samples.cases()).isNotEmpty();
            for (var sample : samples.cases()) {
                samples.assertAnswers(sample, OnnxFixture.run(instance, sample.inputs()));
            }
            for (var sample : samples.failingCases()) {
                var failure =
                        catchThrowableOfType(
                                ServingException.class,
                                () -> OnnxFixture.run(instance, sample.inputs()));
                assertThat(failure.code()).isEqualTo(ErrorCode.INFERENCE_FAILED);
                assertThat(failure.getMessage()).doesNotContain(folder.toString(), "\n");
            }
            assertThat(fixture.backend.nativeMemory().tensors()).isZero();
        }
    }

    /// As the examination finds it (`ModelProbeTest`).
    private static ModelMetadata withKnownLevel(String model, ModelMetadata m) {
        if (!model.equals("opt_range_gather")) {
            return m;
        }
        var findings = new ArrayList<>(m.findings());
        findings.add(OptimizationLevel.BASIC.finding());
        return new ModelMetadata(
                m.inputs(),
                m.outputs(),
                m.irVersion(),
                m.opsets(),
                m.producer(),
                m.description(),
                m.nodes(),
                m.parameters(),
                m.weightBytes(),
                m.customDomains(),
                m.externalData(),
                m.sizingInputs(),
                findings);
    }

    @Test
    void anInstanceNamesItsDeviceAndSize() {
        var artifact = fixture.artifact("digits_mlp");
        var metadata = OnnxFixture.metadata(artifact);
        try (var instance = fixture.backend.load(artifact, metadata, OnnxFixture.CPU)) {
            assertThat(instance.device()).hasToString("cpu");
            assertThat(instance.provider()).isEqualTo("CPU");
            assertThat(instance.sizeBytes()).isGreaterThanOrEqualTo(metadata.weightBytes());
        }
    }
}
