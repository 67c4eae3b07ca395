package io.matih.inference.engine.backend.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.backend.Backend.InstanceSpec;
import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.Verdict;
import io.matih.inference.engine.model.VerdictStore;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.zoo.Zoo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A back-end with models of the zoo; closing it asserts that nothing native is left.
final class OnnxFixture implements AutoCloseable {
    static final InstanceSpec CPU = new InstanceSpec(InstanceKind.KIND_CPU, 0, 1, 1);

    final Verdicts verdicts = new Verdicts();
    final OnnxRuntimeBackend backend;
    private final Path folder;

    OnnxFixture(Path folder) {
        this(folder, OnnxRuntimeSettings.DEFAULT);
    }

    OnnxFixture(Path folder, OnnxRuntimeSettings settings) {
        this.folder = folder;
        this.backend = new OnnxRuntimeBackend(verdicts, settings);
    }

    ModelArtifact artifact(String name) {
        return Zoo.artifact(name, folder);
    }

    ModelInstance load(String name) {
        return load(artifact(name));
    }

    ModelInstance load(byte[] model) {
        return load(Zoo.artifact(model, folder));
    }

    ModelInstance load(ModelArtifact artifact) {
        return backend.load(artifact, metadata(artifact), CPU);
    }

    static ModelMetadata metadata(ModelArtifact artifact) {
        return DeclaredModel.read(artifact.modelPath());
    }

    static List<Tensor> run(ModelInstance instance, Tensor... inputs) {
        return run(instance, List.of(inputs));
    }

    static List<Tensor> run(ModelInstance instance, List<Tensor> inputs) {
        return runAll(instance, List.of(inputs)).getFirst();
    }

    static List<List<Tensor>> runAll(ModelInstance instance, List<List<Tensor>> requests) {
        var soon = Deadline.after(Duration.ofSeconds(60));
        return instance.execute(requests, Set.of(), soon).outputs();
    }

    @Override
    public void close() {
        backend.close();
        assertThat(backend.nativeMemory().toString())
                .isEqualTo("0 sessions, 0 tensors, 0 buffer bytes");
    }

    /// Verdicts in memory.
    static final class Verdicts implements VerdictStore {
        final Map<String, Verdict> kept = new ConcurrentHashMap<>();

        @Override
        public Optional<Verdict> find(String digest, String runtime) {
            return Optional.ofNullable(kept.get(digest + " " + runtime));
        }

        @Override
        public void save(String digest, String runtime, Verdict verdict) {
            kept.put(digest + " " + runtime, verdict);
        }
    }
}
