package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

import io.matih.inference.engine.model.Finding;
import io.matih.inference.engine.model.ModelMetadata;

/// How far ONNX Runtime rewrites a graph, most first. Few models run only below the highest; which,
/// is found by running them once, and kept with the model as a finding.
enum OptimizationLevel {
    ALL(OptLevel.ALL_OPT),
    EXTENDED(OptLevel.EXTENDED_OPT),
    BASIC(OptLevel.BASIC_OPT),
    NONE(OptLevel.NO_OPT);

    private static final String CODE = "OPTIMIZATION_LEVEL_";

    private final OptLevel runtimeLevel;

    OptimizationLevel(OptLevel runtimeLevel) {
        this.runtimeLevel = runtimeLevel;
    }

    OptLevel runtimeLevel() {
        return runtimeLevel;
    }

    Finding finding() {
        return new Finding(
                Finding.Severity.WARNING,
                CODE + name(),
                "The model runs only up to graph optimization level %s; it is loaded with that"
                        .formatted(name()));
    }

    /// The level that the examination found; `ALL` where it had no reason for less.
    static OptimizationLevel of(ModelMetadata metadata) {
        for (var level : values()) {
            if (metadata.findings().stream().anyMatch(f -> f.code().equals(CODE + level))) {
                return level;
            }
        }
        return ALL;
    }
}
