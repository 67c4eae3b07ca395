package io.matih.inference.engine.model;

import java.util.Optional;

/// Remembers verdicts, so that each digest is examined once per runtime version.
public interface VerdictStore {
    /// @param runtime name and version of the runtime: `onnxruntime 1.28.0`
    Optional<Verdict> find(String digest, String runtime);

    /// Replaces an earlier verdict.
    void save(String digest, String runtime, Verdict verdict);
}
