package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.nio.file.Path;

/// Makes sessions in the process's one ONNX Runtime environment.
final class Sessions {
    private final OrtEnvironment environment;

    Sessions() {
        // Whatever goes wrong comes back as an exception; its log would only repeat it on stderr.
        environment =
                OrtEnvironment.getEnvironment(
                        OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "matih-inference");
        try {
            environment.setTelemetry(false);
        } catch (OrtException e) {
            throw new ServingException(
                    ErrorCode.INTERNAL, "ONNX Runtime's telemetry cannot be turned off", e);
        }
    }

    OrtEnvironment environment() {
        return environment;
    }

    OrtSession open(Path model, Plan plan) throws OrtException {
        try (var options = options(plan)) {
            return environment.createSession(model.toString(), options);
        }
    }

    OrtSession open(byte[] model, Plan plan) throws OrtException {
        try (var options = options(plan)) {
            // A probe of a device: nothing of it may run elsewhere.
            options.addConfigEntry(
                    "session.disable_cpu_ep_fallback", plan.provider == Provider.CPU ? "0" : "1");
            return environment.createSession(model, options);
        }
    }

    private static SessionOptions options(Plan plan) throws OrtException {
        var options = new SessionOptions();
        try {
            options.setIntraOpNumThreads(plan.intraOpThreads);
            options.setInterOpNumThreads(plan.interOpThreads);
            options.setExecutionMode(
                    plan.interOpThreads > 1 ? ExecutionMode.PARALLEL : ExecutionMode.SEQUENTIAL);
            options.setOptimizationLevel(plan.level.runtimeLevel());
            // It keeps one plan of memory for each input shape it meets.
            options.setMemoryPatternOptimization(plan.fixedShapes);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            options.addConfigEntry("session.inter_op.allow_spinning", "0");
            plan.provider.addTo(options, plan.ordinal);
            return options;
        } catch (OrtException | RuntimeException e) {
            options.close();
            throw e;
        }
    }

    /// How a session shall be made.
    ///
    /// @param ordinal which CUDA device, where the provider needs one
    /// @param fixedShapes whether no input has an axis of any length
    record Plan(
            Provider provider,
            int ordinal,
            OptimizationLevel level,
            int intraOpThreads,
            int interOpThreads,
            boolean fixedShapes) {
        Plan {
            intraOpThreads = Math.max(1, intraOpThreads);
            interOpThreads = Math.max(1, interOpThreads);
        }

        static Plan simple(Provider provider, int ordinal, OptimizationLevel level) {
            return new Plan(provider, ordinal, level, 1, 1, false);
        }
    }
}
