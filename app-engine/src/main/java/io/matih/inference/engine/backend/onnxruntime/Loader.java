package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtException;

import io.matih.inference.engine.backend.Backend.InstanceSpec;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelMetadata;

import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/// Loads a model on the device that its instance group asks for.
final class Loader {
    private final Sessions sessions;
    private final Providers providers;
    private final AllocatedMemory allocated = new AllocatedMemory();
    private final ReentrantLock measuring = new ReentrantLock();

    Loader(Sessions sessions, Providers providers) {
        this.sessions = sessions;
        this.providers = providers;
    }

    OnnxInstance.Loaded load(ModelArtifact artifact, ModelMetadata metadata, InstanceSpec spec) {
        var request = new Request(artifact.modelPath(), metadata, spec);
        return switch (spec.kind()) {
            case KIND_CPU -> load(request, Provider.CPU, "");
            case KIND_GPU -> loadOnGpu(request, Provider.CUDA);
            case KIND_TENSORRT -> loadOnGpu(request, Provider.TENSORRT);
            case KIND_AUTO -> loadOnBest(request);
        };
    }

    private OnnxInstance.Loaded loadOnGpu(Request request, Provider provider) {
        var report = providers.report(provider, request.spec.gpu());
        if (!report.usable()) {
            throw unavailable(request.spec, report.reason());
        }
        try {
            return load(request, provider, "");
        } catch (ServingException e) {
            if (e.code() == ErrorCode.RESOURCE_LIMIT) {
                throw unavailable(request.spec, e.getMessage());
            }
            throw e;
        }
    }

    private OnnxInstance.Loaded loadOnBest(Request request) {
        var report = providers.report(Provider.CUDA, request.spec.gpu());
        if (!report.usable()) {
            return load(request, Provider.CPU, " (not CUDA: %s)".formatted(report.reason()));
        }
        try {
            return load(request, Provider.CUDA, "");
        } catch (ServingException e) {
            if (e.code() == ErrorCode.RESOURCE_LIMIT) {
                return load(request, Provider.CPU, " (not CUDA: %s)".formatted(e.getMessage()));
            }
            throw e;
        }
    }

    private static ServingException unavailable(InstanceSpec spec, String reason) {
        var wanted =
                spec.kind() == InstanceKind.KIND_TENSORRT
                        ? "TensorRT on CUDA device " + spec.gpu()
                        : "CUDA device " + spec.gpu();
        return new ServingException(
                ErrorCode.DEVICE_UNAVAILABLE,
                "%s: %s cannot be used: %s".formatted(spec.kind(), wanted, reason));
    }

    /// One load at a time in this process: what another one takes meanwhile would count as this
    /// one's. A request that runs meanwhile may still blur the measurement by its own buffers.
    private OnnxInstance.Loaded load(Request request, Provider provider, String remark) {
        measuring.lock();
        try {
            return loadMeasured(request, provider, remark);
        } finally {
            measuring.unlock();
        }
    }

    private OnnxInstance.Loaded loadMeasured(Request request, Provider provider, String remark) {
        var before = allocated.bytes();
        try {
            var session = sessions.open(request.model, request.plan(provider));
            try {
                var classes = ClassOrder.of(request.metadata, session);
                long declared = request.metadata.weightBytes();
                long taken =
                        before.isPresent() && provider == Provider.CPU
                                ? allocated.bytes().orElse(0) - before.getAsLong()
                                : -1;
                return new OnnxInstance.Loaded(
                        session,
                        classes,
                        provider.device(request.spec.gpu()),
                        provider.label() + remark,
                        Math.max(taken, declared),
                        taken >= declared);
            } catch (OrtException | RuntimeException e) {
                session.close();
                throw e;
            }
        } catch (OrtException e) {
            throw OrtErrors.load(e, request.folder());
        }
    }

    private record Request(Path model, ModelMetadata metadata, InstanceSpec spec) {
        Sessions.Plan plan(Provider provider) {
            return new Sessions.Plan(
                    provider,
                    spec.gpu(),
                    OptimizationLevel.of(metadata),
                    spec.intraOpThreads(),
                    spec.interOpThreads(),
                    metadata.inputs().stream().allMatch(input -> input.shape().isConcrete()));
        }

        String folder() {
            var parent = model.getParent();
            return parent == null ? model.toString() : parent.toString();
        }
    }
}
