package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.backend.Backend;
import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.VerdictStore;

import java.util.List;
import java.util.Set;

/// ONNX Runtime in this process. Any thread.
public final class OnnxRuntimeBackend implements Backend {
    private final NativeMemory memory = new NativeMemory();
    private final DeadlineWatcher watcher = new DeadlineWatcher("onnxruntime-deadlines");
    private final ModelProbe probe;
    private final Providers providers;
    private final Loader loader;
    private final OnnxInstance.Shared shared;

    public OnnxRuntimeBackend(VerdictStore verdicts, OnnxRuntimeSettings settings) {
        var sessions = new Sessions();
        providers = new Providers(sessions);
        loader = new Loader(sessions, providers);
        shared = new OnnxInstance.Shared(memory, watcher, settings.maxOutputBytes());
        probe =
                new ModelProbe(
                        verdicts,
                        "onnxruntime " + sessions.environment().getVersion(),
                        new ProbeProcess(LoadProbe.class.getName(), settings));
    }

    /// What works on this machine, for a process that runs no back-end.
    public static List<ProviderReport> probeProviders() {
        return new Providers(new Sessions()).all();
    }

    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public Set<ModelFormat> formats() {
        return Set.of(ModelFormat.ONNX);
    }

    @Override
    public ModelMetadata inspect(ModelArtifact artifact) {
        return probe.inspect(artifact);
    }

    @Override
    public ModelInstance load(ModelArtifact artifact, ModelMetadata metadata, InstanceSpec spec) {
        return new OnnxInstance(loader.load(artifact, metadata, spec), metadata, shared);
    }

    @Override
    public List<ProviderReport> providers() {
        return providers.all();
    }

    /// What all instances hold outside the heap; for gauges.
    public NativeMemory nativeMemory() {
        return memory;
    }

    /// Ends examinations that run. Instances are closed by whoever loaded them.
    @Override
    public void close() {
        probe.close();
        watcher.close();
    }
}
