package io.matih.inference.engine.deployment;

import io.matih.inference.engine.backend.Backend;
import io.matih.inference.engine.backend.Backend.InstanceSpec;
import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.serving.ServedVersion;
import io.matih.inference.engine.serving.ServingLimits;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.telemetry.ServingMeters;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Brings a version into memory: picks the runtime, loads the instances, warms them up. What fails
/// half-way leaves nothing loaded.
final class ModelLoader {
    private final TreeMap<String, Backend> backends = new TreeMap<>();
    private final ServingMeters meters;
    private final ServingLimits limits;
    private final DeadlineWatcher watcher;

    ModelLoader(
            List<Backend> backends,
            ServingMeters meters,
            ServingLimits limits,
            DeadlineWatcher watcher) {
        backends.forEach(backend -> this.backends.put(backend.name(), backend));
        this.meters = meters;
        this.limits = limits;
        this.watcher = watcher;
    }

    /// @throws ServingException `UNSUPPORTED` for a back-end that is not there,
    ///   `FORMAT_NOT_SUPPORTED` for one that does not run the format
    Backend backendFor(@Nullable String name, ModelFormat format) {
        if (name != null) {
            requireKnown(name);
        }
        var runners =
                backends.values().stream()
                        .filter(backend -> name == null || backend.name().equals(name))
                        .filter(backend -> backend.formats().contains(format))
                        .toList();
        if (runners.isEmpty()) {
            throw new ServingException(
                    ErrorCode.FORMAT_NOT_SUPPORTED,
                    "no back-end here runs '%s' models; %s runs onnx. Export the model to ONNX"
                                    .formatted(
                                            format.wireName(), String.join(", ", backends.keySet()))
                            + " (skl2onnx, torch.onnx.export, tf2onnx) and deploy that file",
                    new ErrorDetail("source.format", "onnx", format.wireName()));
        }
        return runners.getFirst();
    }

    /// @throws ServingException `UNSUPPORTED`
    void requireKnown(String backend) {
        if (!backends.containsKey(backend)) {
            throw new ServingException(
                    ErrorCode.UNSUPPORTED,
                    "backend '%s' is not available; one of %s"
                            .formatted(
                                    ServingException.clip(backend),
                                    String.join(", ", backends.keySet())),
                    new ErrorDetail(
                            "backend",
                            String.join(", ", backends.keySet()),
                            ServingException.clip(backend)));
        }
    }

    /// @param step told what is being done
    ServedVersion load(
            ModelVersion version,
            ModelArtifact artifact,
            DeploymentRecord deployment,
            Consumer<String> step) {
        var backend = backendFor(deployment.backend(), artifact.format());
        var instances = instances(backend, version, artifact, deployment.config(), step);
        var served =
                new ServedVersion(
                        new Signature(
                                version.name(),
                                version.version(),
                                version.metadata(),
                                deployment.features()),
                        backend.name(),
                        deployment.config(),
                        limits,
                        instances,
                        meters.open(version.name(), version.version(), backend.name()),
                        watcher);
        try {
            step.accept("warming up");
            new WarmUp(served, deployment.config(), limits.defaultTimeout()).run();
            return served;
        } catch (ServingException e) {
            unload(served);
            throw e;
        }
    }

    private static List<ModelInstance> instances(
            Backend backend,
            ModelVersion version,
            ModelArtifact artifact,
            ModelConfig config,
            Consumer<String> step) {
        var specs = specs(config);
        var loaded = new ArrayList<ModelInstance>();
        try {
            for (var spec : specs) {
                step.accept("loading instance %d of %d".formatted(loaded.size() + 1, specs.size()));
                loaded.add(backend.load(artifact, version.metadata(), spec));
            }
            return loaded;
        } catch (ServingException e) {
            loaded.forEach(ModelInstance::close);
            throw e;
        }
    }

    private static List<InstanceSpec> specs(ModelConfig config) {
        int intraOp = config.intraOpThreads() == null ? 1 : config.intraOpThreads();
        int interOp = config.interOpThreads() == null ? 1 : config.interOpThreads();
        var specs = new ArrayList<InstanceSpec>();
        for (var group : config.instanceGroups()) {
            for (int gpu : group.gpus().isEmpty() ? List.of(0) : group.gpus()) {
                for (int i = 0; i < group.count(); i++) {
                    specs.add(new InstanceSpec(group.kind(), gpu, intraOp, interOp));
                }
            }
        }
        return specs;
    }

    /// Takes a version out of memory, its series with it. Waits for what still runs.
    void unload(ServedVersion served) {
        served.close();
        meters.close(served.signature().model(), served.signature().version());
    }
}
