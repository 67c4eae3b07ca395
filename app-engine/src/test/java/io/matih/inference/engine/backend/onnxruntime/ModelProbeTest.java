package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.Verdict;
import io.matih.inference.engine.zoo.Zoo;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

@Timeout(180)
class ModelProbeTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String RUNTIME = "onnxruntime 1.28.0";

    @TempDir Path folder;
    private final OnnxFixture.Verdicts verdicts = new OnnxFixture.Verdicts();

    @AfterEach
    void noChildIsLeft() {
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    @Test
    void aGoodModelIsDescribedAndItsVerdictKept() {
        var artifact = Zoo.artifact("iris", folder);
        try (var backend = new OnnxRuntimeBackend(verdicts, OnnxRuntimeSettings.DEFAULT)) {
            var metadata = backend.inspect(artifact);
            assertThat(metadata.inputs()).extracting("name").containsExactly("X");
            assertThat(metadata.batchable()).isTrue();
            assertThat(verdicts.find(artifact.digest(), RUNTIME))
                    .contains(new Verdict.Accepted(metadata));
        }
        // No process starts: this one could only fail.
        try (var probe = probe("no.such.Program", LONG, null)) {
            assertThat(probe.inspect(artifact).inputs()).hasSize(1);
        }
    }

    @Test
    void theOptimizationLevelThatWorksIsFound() {
        var artifact = Zoo.artifact("opt_range_gather", folder);
        try (var backend = new OnnxRuntimeBackend(verdicts, OnnxRuntimeSettings.DEFAULT)) {
            var metadata = backend.inspect(artifact);
            assertThat(OptimizationLevel.of(metadata)).isEqualTo(OptimizationLevel.BASIC);
            assertThat(metadata.findings()).extracting("code").contains("OPTIMIZATION_LEVEL_BASIC");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "empty.onnx, MODEL_INVALID",
        "text.onnx, MODEL_INVALID",
        "truncated.onnx, MODEL_INVALID",
        "unknown_op.onnx, UNSUPPORTED_OPERATOR",
        "future_opset.onnx, UNSUPPORTED_OPERATOR",
        "missing_external_data.onnx, MODEL_INVALID",
        "external_data_escapes.onnx, EXTERNAL_DATA_FORBIDDEN",
    })
    void aBrokenModelIsRefusedAndTheRefusalKept(String file, ErrorCode code) {
        var artifact = Zoo.broken(file, folder);
        try (var probe = probe(LoadProbe.class.getName(), LONG, null)) {
            var refused = refused(probe, artifact);
            assertThat(refused.code()).as(refused.getMessage()).isEqualTo(code);
            assertThat(refused.getMessage())
                    .doesNotContain(folder.toString(), artifact.folder().toString(), "\n", ".cc:");
            assertThat(verdicts.find(artifact.digest(), RUNTIME)).isPresent();
        }
    }

    @Test
    void aModelThatFailsOnZerosIsNoReasonToRefuse() {
        try (var probe = probe(LoadProbe.class.getName(), LONG, null)) {
            var metadata = probe.inspect(Zoo.broken("fails_at_run.onnx", folder));
            assertThat(OptimizationLevel.of(metadata)).isEqualTo(OptimizationLevel.ALL);
        }
    }

    @Test
    void aProcessThatTakesTooLongIsKilled() {
        var artifact = Zoo.artifact("iris", folder);
        try (var probe = probe(LoadProbe.class.getName(), Duration.ofMillis(1), null)) {
            var refused = refused(probe, artifact);
            assertThat(refused.code()).isEqualTo(ErrorCode.MODEL_LIMIT);
            assertThat(refused).hasMessage("Loading the model took longer than 1 ms");
        }
        // The limit may be raised: nothing is kept.
        assertThat(verdicts.kept).isEmpty();
    }

    @Test
    void aProcessThatTakesTooMuchMemoryIsKilled() {
        var artifact = Zoo.artifact("iris", folder);
        try (var probe = probe(LoadProbe.class.getName(), LONG, 1L << 20)) {
            var refused = refused(probe, artifact);
            assertThat(refused.code()).isEqualTo(ErrorCode.MODEL_LIMIT);
            assertThat(refused).hasMessage("Loading the model took more than 1 MiB");
        }
    }

    @Test
    void aCrashIsTheModelsFault() {
        try (var probe = probe(Crashing.class.getName(), LONG, null)) {
            var refused = refused(probe, Zoo.artifact("iris", folder));
            assertThat(refused.code()).isEqualTo(ErrorCode.MODEL_INVALID);
            assertThat(refused).hasMessageStartingWith("The model crashes ONNX Runtime");
            assertThat(verdicts.kept).hasSize(1);
        }
    }

    @Test
    void aFailureOfOurOwnIsNoVerdict() {
        var artifact = Zoo.artifact("iris", folder);
        try (var probe = probe("no.such.Program", LONG, null)) {
            assertThat(refused(probe, artifact).code()).isEqualTo(ErrorCode.INTERNAL);
        }
        try (var probe = probe(Silent.class.getName(), LONG, null)) {
            assertThat(refused(probe, artifact).code()).isEqualTo(ErrorCode.INTERNAL);
        }
        // As an interrupt at the terminal ends it.
        try (var probe = probe(Interrupted.class.getName(), LONG, null)) {
            assertThat(refused(probe, artifact).code()).isEqualTo(ErrorCode.INTERNAL);
        }
        assertThat(verdicts.kept).isEmpty();
    }

    @Test
    void manyWhoAskAtOnceShareOneExamination() throws Exception {
        var artifact = Zoo.artifact("echo", folder);
        try (var probe = probe(LoadProbe.class.getName(), LONG, null);
                var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<?>>();
            for (int i = 0; i < 8; i++) {
                answers.add(pool.submit(() -> probe.inspect(artifact)));
            }
            for (var answer : answers) {
                answer.get();
            }
            assertThat(verdicts.saves.get()).isEqualTo(1);
        }
    }

    @Test
    void closingKillsTheProcess() throws Exception {
        var artifact = Zoo.artifact("iris", folder);
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<ServingException> answer;
            try (var probe = probe(Waiting.class.getName(), LONG, null)) {
                answer = pool.submit(() -> refused(probe, artifact));
                while (ProcessHandle.current().children().findAny().isEmpty()) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
            assertThat(answer.get().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
        }
    }

    private ModelProbe probe(String program, Duration time, @Nullable Long memory) {
        var settings = new OnnxRuntimeSettings(1 << 20, time, memory);
        return new ModelProbe(verdicts, RUNTIME, new ProbeProcess(program, settings));
    }

    private static ServingException refused(ModelProbe probe, ModelArtifact artifact) {
        try {
            probe.inspect(artifact);
            throw new AssertionError("not refused");
        } catch (ServingException e) {
            return e;
        }
    }

    static final class Crashing {
        private Crashing() {}

        @SuppressWarnings("restricted")
        public static void main(String[] arguments) {
            MemorySegment.ofAddress(1L << 40).reinterpret(8).set(ValueLayout.JAVA_LONG, 0, 1);
        }
    }

    static final class Interrupted {
        private Interrupted() {}

        public static void main(String[] arguments) {
            System.exit(128 + 2);
        }
    }

    static final class Silent {
        private Silent() {}

        public static void main(String[] arguments) {}
    }

    static final class Waiting {
        private Waiting() {}

        public static void main(String[] arguments) throws Exception {
            Thread.sleep(Duration.ofMinutes(5));
        }
    }
}
