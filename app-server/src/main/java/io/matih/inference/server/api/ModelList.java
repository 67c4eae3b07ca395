package io.matih.inference.server.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Answer of `GET /api/v1/inference/models`: what is registered, deployed or not.
public record ModelList(List<Model> models) {
    /// A model and its versions.
    ///
    /// @param labels version by label
    public record Model(String name, List<Version> versions, Map<String, String> labels) {}

    /// One registered version.
    ///
    /// @param sha256 digest of the model as it is stored
    /// @param source where it came from
    /// @param opsets operator set version by domain
    /// @param deployed whether it serves now
    public record Version(
            String version,
            String sha256,
            long bytes,
            String source,
            Map<String, Long> opsets,
            long parameters,
            DeploymentView.Signature signature,
            List<DeploymentView.Finding> findings,
            boolean deployed,
            Instant registeredAt) {}
}
