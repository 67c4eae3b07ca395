package io.matih.inference.engine.deployment;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelConfig.Warmup;
import io.matih.inference.engine.serving.ServedVersion;
import io.matih.inference.engine.tensor.FloatingPoint;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import java.time.Duration;
import java.util.List;

/// Runs a version on zeros before anybody else reaches it. What the operator asked for must succeed
/// with finite numbers; where nothing was asked, one run is tried, because the first is the
/// slowest, and its failure means nothing: zeros may be no legal input.
final class WarmUp {
    private final ServedVersion served;
    private final ModelConfig config;
    private final Duration timeout;

    WarmUp(ServedVersion served, ModelConfig config, Duration timeout) {
        this.served = served;
        this.config = config;
        this.timeout = timeout;
    }

    /// @throws ServingException `WARMUP_FAILED`
    void run() {
        if (config.warmups().isEmpty()) {
            tryOnce();
        }
        config.warmups().forEach(this::run);
    }

    private void tryOnce() {
        try {
            served.warmUp(zeros(1), Deadline.after(timeout));
        } catch (ServingException _) {
            // See above: nobody asked for this run.
        }
    }

    private void run(Warmup warmup) {
        for (int i = 0; i < warmup.count(); i++) {
            try {
                served.warmUp(zeros(warmup.batchSize()), Deadline.after(timeout))
                        .forEach(output -> requireFinite(warmup, output));
            } catch (ServingException e) {
                if (e.code() == ErrorCode.WARMUP_FAILED) {
                    throw e;
                }
                throw new ServingException(
                        ErrorCode.WARMUP_FAILED,
                        "model_warmup '%s' (%d rows of zeros) failed: %s"
                                .formatted(
                                        ServingException.clip(warmup.name()),
                                        warmup.batchSize(),
                                        e.getMessage()),
                        e);
            }
        }
    }

    private static void requireFinite(Warmup warmup, Tensor output) {
        long index = FloatingPoint.firstNonFinite(output);
        if (index >= 0) {
            throw new ServingException(
                    ErrorCode.WARMUP_FAILED,
                    "model_warmup '%s': output '%s' has a NaN or infinity at element %d"
                            .formatted(
                                    ServingException.clip(warmup.name()),
                                    ServingException.clip(output.name()),
                                    index));
        }
    }

    private List<Tensor> zeros(int rows) {
        return served.signature().metadata().inputs().stream()
                .filter(spec -> !spec.optional())
                .map(spec -> zeros(spec, rows))
                .toList();
    }

    private static Tensor zeros(TensorSpec spec, int rows) {
        var axes = spec.shape().toArray();
        for (int i = 0; i < axes.length; i++) {
            if (axes[i] == Shape.ANY) {
                axes[i] = i == 0 ? rows : 1;
            }
        }
        return Tensor.zeros(spec.name(), spec.datatype(), Shape.of(axes));
    }
}
