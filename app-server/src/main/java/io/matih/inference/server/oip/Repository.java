package io.matih.inference.server.oip;

import io.matih.inference.engine.deployment.DeploymentState;
import io.matih.inference.engine.deployment.DeploymentStatus;
import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.server.proto.RepositoryIndexResponse;
import io.matih.inference.server.proto.RepositoryIndexResponse.ModelIndex;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;

/// The model repository extension over what is registered and deployed: to load is to deploy, to
/// unload is to undeploy.
public final class Repository {
    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final String READY = "READY";
    private static final String UNAVAILABLE = "UNAVAILABLE";

    /// Until keys exist, everybody is whoever reaches the loopback address.
    private static final String ACTOR = "local";

    private final Deployments deployments;
    private final ModelVersionStore versions;
    private final Uploads uploads;

    public Repository(Deployments deployments, ModelVersionStore versions, Uploads uploads) {
        this.deployments = deployments;
        this.versions = versions;
        this.uploads = uploads;
    }

    RepositoryIndexResponse index(boolean readyOnly) {
        var models = new ArrayList<ModelIndex>();
        var deployed = new HashMap<String, Integer>();
        for (var status : deployments.list()) {
            var version = status.version();
            deployed.put(status.name(), version == null ? 0 : version.version());
            models.add(deployed(status));
        }
        for (var version : versions.versions()) {
            if (!Integer.valueOf(version.version()).equals(deployed.get(version.name()))) {
                models.add(unloaded(version));
            }
        }
        models.removeIf(model -> readyOnly && !model.getState().equals(READY));
        models.sort(
                Comparator.comparing(ModelIndex::getName)
                        .thenComparing(ModelIndex::getVersion, Repository::compareNumbers));
        return RepositoryIndexResponse.newBuilder().addAllModels(models).build();
    }

    private static int compareNumbers(String left, String right) {
        int byLength = Integer.compare(left.length(), right.length());
        return byLength != 0 ? byLength : left.compareTo(right);
    }

    /// One that is not in memory is ready: the next request brings it there.
    private static ModelIndex deployed(DeploymentStatus status) {
        var index = ModelIndex.newBuilder().setName(status.name());
        if (status.version() != null) {
            index.setVersion(Integer.toString(status.version().version()));
        }
        return switch (status.state()) {
            case DeploymentState.Ready _ -> index.setState(READY).build();
            case DeploymentState.Evicted _ ->
                    index.setState(READY).setReason("not in memory until it is asked for").build();
            case DeploymentState.Loading(var step) ->
                    index.setState("LOADING").setReason(step).build();
            case DeploymentState.Unloading _ -> index.setState("UNLOADING").build();
            case DeploymentState.Unavailable(_, var reason) ->
                    index.setState(UNAVAILABLE).setReason(reason).build();
        };
    }

    private static ModelIndex unloaded(ModelVersion version) {
        return ModelIndex.newBuilder()
                .setName(version.name())
                .setVersion(Integer.toString(version.version()))
                .setState(UNAVAILABLE)
                .setReason("unloaded")
                .build();
    }

    void load(String model, LoadParameters parameters) {
        throw new UnsupportedOperationException(model + parameters.files() + uploads);
    }

    void unload(String model) {
        deployments.undeploy(model, null, DRAIN, ACTOR);
    }
}
