package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.Verdict;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

/// What the examining process says: one of the two, as one line of JSON.
record ProbeReport(@Nullable ModelMetadata accepted, Verdict.@Nullable Refused refused) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    static ProbeReport of(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Accepted(var metadata) -> new ProbeReport(metadata, null);
            case Verdict.Refused refused -> new ProbeReport(null, refused);
        };
    }

    static ProbeReport parse(String line) {
        return JSON.readValue(line, ProbeReport.class);
    }

    String toJson() {
        return JSON.writeValueAsString(this);
    }

    Verdict verdict() {
        if (accepted != null) {
            return new Verdict.Accepted(accepted);
        }
        if (refused != null) {
            return refused;
        }
        throw new IllegalStateException("a report without a verdict");
    }
}
