package io.matih.inference.bench;

import io.matih.inference.engine.backend.Backend.InstanceSpec;
import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.backend.onnxruntime.OnnxRuntimeBackend;
import io.matih.inference.engine.backend.onnxruntime.OnnxRuntimeSettings;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.Verdict;
import io.matih.inference.engine.model.VerdictStore;
import io.matih.inference.engine.onnx.OnnxInspector;
import io.matih.inference.engine.onnx.OnnxLimits;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.server.demo.Sample;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The sample of handwritten digits in its instance: requests of one row, joined into one run.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class InstanceBenchmark {
    private static final int WIDTH = 64;

    @Param({"1", "8"})
    public int requests;

    private Path folder;
    private OnnxRuntimeBackend backend;
    private ModelInstance instance;
    private List<List<Tensor>> batch;

    @Setup
    public void setUp() throws IOException {
        var sample =
                Sample.all().stream()
                        .filter(s -> s.name().equals("digits-mlp"))
                        .findFirst()
                        .orElseThrow();
        folder = Files.createTempDirectory("matih-bench");
        var model = Files.write(folder.resolve("model.onnx"), sample.model());
        var artifact =
                new ModelArtifact(
                        "0".repeat(64), ModelFormat.ONNX, folder, "model.onnx", Files.size(model));
        backend = new OnnxRuntimeBackend(new NoVerdicts(), OnnxRuntimeSettings.DEFAULT);
        instance =
                backend.load(
                        artifact,
                        new OnnxInspector(OnnxLimits.DEFAULT).inspect(model),
                        new InstanceSpec(InstanceKind.KIND_CPU, 0, 1, 1));
        var row =
                new Tensor(
                        sample.input(),
                        Datatype.FP32,
                        Shape.of(1, WIDTH),
                        MemorySegment.ofArray(new float[WIDTH]));
        batch = Collections.nCopies(requests, List.of(row));
    }

    @TearDown
    public void tearDown() throws IOException {
        instance.close();
        backend.close();
        Files.delete(folder.resolve("model.onnx"));
        Files.delete(folder);
    }

    @Benchmark
    public ModelInstance.Execution execute() {
        return instance.execute(batch, Set.of(), Deadline.never());
    }

    /// Nothing is examined here.
    private static final class NoVerdicts implements VerdictStore {
        @Override
        public Optional<Verdict> find(String digest, String runtime) {
            return Optional.empty();
        }

        @Override
        public void save(String digest, String runtime, Verdict verdict) {}
    }
}
