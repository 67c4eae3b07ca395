package io.matih.inference.engine.deployment;

import io.matih.inference.engine.backend.Backend;
import io.matih.inference.engine.backend.Backend.InstanceSpec;
import io.matih.inference.engine.backend.ModelInstance;
import io.matih.inference.engine.cache.CacheCandidate;
import io.matih.inference.engine.cache.CachedModel.Removal;
import io.matih.inference.engine.cache.Footprint;
import io.matih.inference.engine.cache.ModelCache;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelRepository;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.serving.ResponseCache;
import io.matih.inference.engine.serving.ServedVersion;
import io.matih.inference.engine.serving.ServingLimits;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.engine.telemetry.ServingMeters;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Brings a version into memory: picks the runtime, loads the instances, warms them up. What fails
/// half-way leaves nothing loaded.
final class ModelLoader {
    private static final Duration RETIRE_DRAIN = Duration.ofSeconds(30);

    private final TreeMap<String, Backend> backends = new TreeMap<>();
    private final ModelRepository repository;
    private final ModelCache cache;
    private final ServingMeters meters;
    private final ServingLimits limits;
    private final DeadlineWatcher watcher;
    private final ResponseCache responses;

    ModelLoader(
            List<Backend> backends,
            ModelRepository repository,
            ModelCache cache,
            ServingMeters meters,
            ServingLimits limits,
            DeadlineWatcher watcher,
            ResponseCache responses) {
        this.repository = repository;
        this.cache = cache;
        backends.forEach(backend -> this.backends.put(backend.name(), backend));
        this.meters = meters;
        this.limits = limits;
        this.watcher = watcher;
        this.responses = responses;
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

    /// Makes a version known to the cache and to the meters; nothing is loaded yet.
    ///
    /// @param step told what is being done whenever it is loaded
    DeployedVersion prepare(ModelVersion version, Variant variant, Consumer<String> step) {
        var signature =
                new Signature(
                        version.name(),
                        version.version(),
                        variant.config().seen(version.metadata()),
                        variant.features());
        var counted = meters.open(version.name(), version.version(), variant.backend());
        var cached =
                cache.add(
                        new CacheCandidate<>(
                                version.name(),
                                version.version(),
                                declared(version, variant),
                                variant.pinned(),
                                cacheStep ->
                                        load(
                                                version,
                                                variant,
                                                signature,
                                                counted,
                                                cacheStep.andThen(step))));
        return new DeployedVersion(variant, version, signature, counted, cached);
    }

    /// Takes it out of memory once what still runs has ended.
    void retire(DeployedVersion deployed) {
        discard(deployed, RETIRE_DRAIN);
    }

    /// Takes a version out of memory, its series with it.
    Removal discard(DeployedVersion deployed, Duration drain) {
        var removal = deployed.cached().remove(drain);
        meters.close(deployed.version().name(), deployed.version().version());
        return removal;
    }

    private ServedVersion load(
            ModelVersion version,
            Variant variant,
            Signature signature,
            ModelMeters counted,
            Consumer<String> step) {
        long begun = System.nanoTime();
        var artifact = repository.find(version.digest()).orElseThrow(() -> lost(version));
        var backend = backendFor(variant.backend(), artifact.format());
        var instances = instances(backend, version, artifact, variant.config(), step);
        var served =
                new ServedVersion(
                        signature,
                        backend.name(),
                        variant.config(),
                        limits,
                        instances,
                        counted,
                        watcher,
                        responses);
        try {
            step.accept("warming up");
            new WarmUp(served, variant.config(), limits.defaultTimeout()).run();
            served.open();
            counted.counts().loaded(System.nanoTime() - begun);
            return served;
        } catch (ServingException e) {
            served.close();
            throw e;
        }
    }

    static ServingException lost(ModelVersion version) {
        return new ServingException(
                ErrorCode.MODEL_INVALID,
                "the files of version %d are gone; deploy it again".formatted(version.version()));
    }

    /// What nobody has measured yet: the weights, once for each instance.
    private Footprint declared(ModelVersion version, Variant variant) {
        var bytes = new HashMap<Device, Long>();
        for (var spec : specs(variant.config())) {
            bytes.merge(
                    device(variant.backend(), spec), version.metadata().weightBytes(), Long::sum);
        }
        return new Footprint(bytes, false);
    }

    private Device device(String backend, InstanceSpec spec) {
        return switch (spec.kind()) {
            case KIND_CPU -> Device.CPU;
            case KIND_GPU, KIND_TENSORRT -> Device.cuda(spec.gpu());
            case KIND_AUTO -> usesCuda(backend) ? Device.cuda(spec.gpu()) : Device.CPU;
        };
    }

    private boolean usesCuda(String name) {
        var backend = backends.get(name);
        return backend != null
                && backend.providers().stream()
                        .anyMatch(provider -> provider.name().equals("CUDA") && provider.usable());
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
}
