package io.matih.inference.server.model;

import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.tensor.TensorSpec;
import io.matih.inference.server.api.DeploymentView.Finding;
import io.matih.inference.server.api.DeploymentView.Port;
import io.matih.inference.server.api.DeploymentView.Signature;
import io.matih.inference.server.api.ModelList;

import java.util.Arrays;
import java.util.List;

/// Models as the wire shows them.
public final class ModelViews {
    private ModelViews() {}

    public static Signature signature(ModelMetadata metadata) {
        return new Signature(ports(metadata.inputs()), ports(metadata.outputs()));
    }

    private static List<Port> ports(List<TensorSpec> specs) {
        return specs.stream()
                .map(
                        spec ->
                                new Port(
                                        spec.name(),
                                        spec.datatype().name(),
                                        Arrays.stream(spec.shape().toArray()).boxed().toList(),
                                        spec.optional()))
                .toList();
    }

    public static List<Finding> findings(ModelMetadata metadata) {
        return metadata.findings().stream().map(ModelViews::finding).toList();
    }

    public static Finding finding(io.matih.inference.engine.model.Finding finding) {
        return new Finding(finding.severity().name(), finding.code(), finding.message());
    }

    public static ModelList.Version version(ModelVersion version, boolean deployed) {
        return new ModelList.Version(
                Integer.toString(version.version()),
                version.digest(),
                version.sizeBytes(),
                version.sourceUri(),
                version.metadata().opsets(),
                version.metadata().parameters(),
                signature(version.metadata()),
                findings(version.metadata()),
                deployed,
                version.registeredAt());
    }
}
