package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.engine.backend.Backend.InstanceSpec;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.zoo.LookUp;
import io.matih.inference.engine.zoo.Tensors;
import io.matih.inference.engine.zoo.Zoo;
import io.matih.inference.engine.zoo.ZooSamples;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

class LifecycleTest {
    @TempDir Path folder;
    private OnnxFixture fixture;

    @BeforeEach
    void open() {
        fixture = new OnnxFixture(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void instancesComeAndGoOnManyThreadsAndLeaveNothing() throws Exception {
        var samples = ZooSamples.of("digits_mlp");
        var artifact = fixture.artifact("digits_mlp");
        try (var pool = Executors.newFixedThreadPool(4)) {
            var done = new ArrayList<Future<?>>();
            for (int i = 0; i < 4; i++) {
                done.add(
                        pool.submit(
                                () -> {
                                    for (int n = 0; n < 25; n++) {
                                        try (var instance = fixture.load(artifact)) {
                                            var sample = samples.cases().get(n % 2);
                                            samples.assertAnswers(
                                                    sample,
                                                    OnnxFixture.run(instance, sample.inputs()));
                                        }
                                    }
                                }));
            }
            for (var task : done) {
                task.get();
            }
        }
        assertThat(fixture.backend.nativeMemory().isEmpty()).isTrue();
    }

    @Test
    void oneInstanceAnswersOnEveryKindOfThread() throws Exception {
        var samples = ZooSamples.of("passengers");
        var sample = samples.cases().getFirst();
        try (var instance = fixture.load("passengers");
                var virtual = Executors.newVirtualThreadPerTaskExecutor();
                var platform = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            for (int i = 0; i < 20; i++) {
                var thread = i % 2 == 0 ? virtual : platform;
                var answer = thread.submit(() -> OnnxFixture.run(instance, sample.inputs()));
                samples.assertAnswers(sample, answer.get());
            }
        }
    }

    @Test
    void aTrimmedInstanceGivesMemoryBackAndAnswersAsBefore() {
        try (var instance = fixture.load("expand_by_value")) {
            // The arena never gives back what it took for the first execution.
            OnnxFixture.run(instance, Tensors.longs("n", Shape.of(1), 1));
            var many = Tensors.longs("n", Shape.of(1), 40 << 20);
            assertThat(OnnxFixture.run(instance, many).getFirst().rows()).isEqualTo(40 << 20);
            long before = ResidentMemory.of(ProcessHandle.current().pid()).orElseThrow();
            instance.trim();
            assertThat(before - ResidentMemory.of(ProcessHandle.current().pid()).orElseThrow())
                    .isGreaterThan(100 << 20);
            assertThat(fixture.backend.nativeMemory().tensors()).isZero();
            assertThat(fixture.backend.nativeMemory().bufferBytes()).isZero();
            assertThat(OnnxFixture.run(instance, many).getFirst().rows()).isEqualTo(40 << 20);
        }
    }

    @Test
    void trimmingIsHarmlessForEveryKindOfModel() {
        for (var model : Zoo.names()) {
            var samples = ZooSamples.of(model);
            var instance = fixture.load(model);
            instance.trim();
            if (!samples.cases().isEmpty() && !model.equals("opt_range_gather")) {
                var sample = samples.cases().getFirst();
                samples.assertAnswers(sample, OnnxFixture.run(instance, sample.inputs()));
            }
            instance.close();
            instance.trim();
        }
    }

    @Test
    void theLedgerCountsWhatIsOpen() {
        var memory = fixture.backend.nativeMemory();
        try (var first = fixture.load("echo");
                var second = fixture.load("echo")) {
            assertThat(first).isNotSameAs(second);
            assertThat(memory.sessions()).isEqualTo(2);
            assertThat(memory.isEmpty()).isFalse();
        }
        assertThat(memory.isEmpty()).isTrue();
    }

    /// Also when it lands in memory that an earlier one gave back.
    @Test
    @EnabledOnOs(OS.LINUX)
    void everyLoadOfAModelMeasuresTheSame() {
        int weightBytes = 16 << 20;
        var artifact = Zoo.artifact(LookUp.model(weightBytes, 1), folder);
        int measured = 0;
        for (int i = 0; i < 5; i++) {
            try (var instance = fixture.load(artifact)) {
                // The process may give back memory of its own meanwhile: then the weights count.
                measured += instance.sizeIsMeasured() ? 1 : 0;
                assertThat(instance.sizeBytes())
                        .isBetween((long) weightBytes, weightBytes + (8L << 20));
            }
        }
        assertThat(measured).isPositive();
    }

    @Test
    void aFileThatDoesNotLoadLeavesNothing() {
        var metadata = OnnxFixture.metadata(fixture.artifact("echo"));
        var broken = Zoo.broken("unknown_op.onnx", folder);
        assertThatThrownBy(() -> fixture.backend.load(broken, metadata, OnnxFixture.CPU))
                .extracting("code")
                .isEqualTo(ErrorCode.UNSUPPORTED_OPERATOR);
        assertThat(fixture.backend.nativeMemory().isEmpty()).isTrue();
    }

    @Test
    void providersSayWhatWorksAndWhyNot() {
        var reports = fixture.backend.providers();
        assertThat(reports).extracting("name").containsExactly("CPU", "CUDA", "TensorRT");
        assertThat(reports.getFirst().usable()).isTrue();
        assertThat(reports).allSatisfy(r -> assertThat(r.reason()).isNotBlank());
        assertThat(reports).allSatisfy(r -> assertThat(r.builtIn() || !r.usable()).isTrue());
    }

    @Test
    void aGpuThatIsNotThereIsRefusedWithTheReason() {
        var artifact = fixture.artifact("echo");
        var metadata = OnnxFixture.metadata(artifact);
        for (var kind : new InstanceKind[] {InstanceKind.KIND_GPU, InstanceKind.KIND_TENSORRT}) {
            var spec = new InstanceSpec(kind, 77, 1, 1);
            assertThatThrownBy(() -> fixture.backend.load(artifact, metadata, spec))
                    .hasMessageStartingWith(kind.name())
                    .hasMessageContaining("CUDA device 77 cannot be used: ")
                    .extracting("code")
                    .isEqualTo(ErrorCode.DEVICE_UNAVAILABLE);
        }
    }

    @Test
    void autoRunsOnTheCpuAndSaysWhyWhereNoGpuWorks() {
        var artifact = fixture.artifact("echo");
        var spec = new InstanceSpec(InstanceKind.KIND_AUTO, 77, 1, 1);
        var metadata = OnnxFixture.metadata(artifact);
        try (var instance = fixture.backend.load(artifact, metadata, spec)) {
            assertThat(instance.device()).hasToString("cpu");
            assertThat(instance.provider()).startsWith("CPU (not CUDA: ");
        }
    }

    @Test
    void theGpuAnswersAsTheSamplesSay() {
        var cuda = fixture.backend.providers().get(1);
        Assumptions.assumeTrue(cuda.usable(), "needs a usable CUDA device: " + cuda.reason());
        var samples = ZooSamples.of("digits_cnn");
        var artifact = fixture.artifact("digits_cnn");
        var spec = new InstanceSpec(InstanceKind.KIND_GPU, 0, 1, 1);
        var metadata = OnnxFixture.metadata(artifact);
        try (var instance = fixture.backend.load(artifact, metadata, spec)) {
            assertThat(instance.device()).hasToString("cuda:0");
            for (var sample : samples.cases()) {
                samples.assertAnswers(sample, OnnxFixture.run(instance, sample.inputs()));
            }
        }
    }
}
