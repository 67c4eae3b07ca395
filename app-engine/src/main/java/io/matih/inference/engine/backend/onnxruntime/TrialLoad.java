package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.ValueInfo;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.TensorSpec;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Loads a model for the first time and runs it once, at the highest graph optimization level that
/// works.
final class TrialLoad {
    private static final long MAX_OUTPUT_BYTES = 64L << 20;

    private final Path model;
    private final Duration limit;
    private final Sessions sessions = new Sessions();

    TrialLoad(Path model, Duration limit) {
        this.model = model;
        this.limit = limit;
    }

    /// @return the metadata, with a finding where a lower level is needed
    /// @throws ServingException `MODEL_INVALID`, `UNSUPPORTED_OPERATOR`, `RESOURCE_LIMIT` where no
    ///   level loads
    ModelMetadata confirm(ModelMetadata metadata) {
        @Nullable ServingException refusal = null;
        @Nullable OptimizationLevel loads = null;
        for (var level : OptimizationLevel.values()) {
            try {
                if (runs(metadata, level)) {
                    return with(level, metadata);
                }
                loads = loads == null ? level : loads;
            } catch (OrtException e) {
                refusal = refusal == null ? OrtErrors.load(e, folder()) : refusal;
            }
        }
        if (loads != null) {
            // Zeros may be no legal input; the model's own fault shows at its first request.
            return with(loads, metadata);
        }
        throw refusal == null ? new IllegalStateException("no level was tried") : refusal;
    }

    /// @throws OrtException if it does not even load
    private boolean runs(ModelMetadata metadata, OptimizationLevel level) throws OrtException {
        var session = sessions.open(model, Sessions.Plan.simple(Provider.CPU, 0, level));
        requireSame("input", metadata.inputs(), session.getInputInfo());
        requireSame("output", metadata.outputs(), session.getOutputInfo());
        try (var watcher = new DeadlineWatcher("onnxruntime-deadlines");
                var instance = instance(session, metadata, watcher)) {
            var inputs = metadata.inputs().stream().map(Zeros::of).toList();
            instance.execute(List.of(inputs), Set.of(), Deadline.after(limit));
            return true;
        } catch (ServingException e) {
            return e.code() != ErrorCode.INFERENCE_FAILED;
        }
    }

    private OnnxInstance instance(
            OrtSession session, ModelMetadata metadata, DeadlineWatcher watcher) {
        return new OnnxInstance(
                new OnnxInstance.Loaded(session, ClassOrder.NONE, Device.CPU, "CPU", 0, false),
                metadata,
                new OnnxInstance.Shared(new NativeMemory(), watcher, MAX_OUTPUT_BYTES));
    }

    private static ModelMetadata with(OptimizationLevel level, ModelMetadata metadata) {
        return level == OptimizationLevel.ALL ? metadata : metadata.withFinding(level.finding());
    }

    private static void requireSame(
            String what, List<TensorSpec> declared, Map<String, NodeInfo> loaded) {
        var names = declared.stream().map(TensorSpec::name).toList();
        if (!names.equals(List.copyOf(loaded.keySet()))) {
            throw new ServingException(
                    ErrorCode.MODEL_INVALID,
                    "ONNX Runtime sees %d %ss, the file declares %d: not the same names"
                            .formatted(loaded.size(), what, declared.size()));
        }
        for (var spec : declared) {
            var info = loaded.get(spec.name());
            var datatype = info == null ? null : datatype(info.getInfo());
            if (datatype != spec.datatype()) {
                throw new ServingException(
                        ErrorCode.MODEL_INVALID,
                        "%s '%s' is %s in the file, %s to ONNX Runtime"
                                .formatted(
                                        what,
                                        ServingException.clip(spec.name()),
                                        spec.datatype(),
                                        datatype == null
                                                ? "no tensor that can be sent"
                                                : datatype));
            }
        }
    }

    private static @Nullable Datatype datatype(ValueInfo info) {
        return switch (info) {
            case TensorInfo tensor -> OnnxTypes.datatype(tensor.onnxType);
            // The way classifiers give probabilities: one map from class to FP32 a row.
            case SequenceInfo sequence when sequence.isSequenceOfMaps() -> Datatype.FP32;
            default -> null;
        };
    }

    private String folder() {
        var parent = model.getParent();
        return parent == null ? model.toString() : parent.toString();
    }
}
