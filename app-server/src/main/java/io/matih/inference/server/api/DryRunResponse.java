package io.matih.inference.server.api;

import java.util.List;

/// Answer of a deploy with `dry_run`: what would be deployed.
///
/// @param version the version that it would get
/// @param sha256 digest of the model as it would be stored
public record DryRunResponse(
        String name,
        String version,
        String sha256,
        long bytes,
        DeploymentView.Signature signature,
        List<DeploymentView.Finding> findings) {}
