package io.matih.inference.server.oip;

import io.matih.inference.engine.deployment.Change;
import io.matih.inference.engine.deployment.DeploymentRecord;
import io.matih.inference.engine.deployment.DeploymentSpec;
import io.matih.inference.engine.deployment.DeploymentState;
import io.matih.inference.engine.deployment.DeploymentStatus;
import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.engine.deployment.TrafficMode;
import io.matih.inference.engine.deployment.Variant;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.server.proto.RepositoryIndexResponse;
import io.matih.inference.server.proto.RepositoryIndexResponse.ModelIndex;
import io.matih.inference.server.triton.ConfigJson;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// The model repository extension over what is registered and deployed: to load is to deploy, to
/// unload is to undeploy.
public final class Repository {
    private static final Logger LOG = LoggerFactory.getLogger(Repository.class);
    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final String READY = "READY";
    private static final String UNAVAILABLE = "UNAVAILABLE";

    /// Until keys exist, everybody is whoever reaches the loopback address.
    private static final String ACTOR = "local";

    private final Deployments deployments;
    private final ModelVersionStore versions;
    private final Uploads uploads;
    private final RepositoryFolders folders;

    /// @param uploads take the files of a load
    /// @param folders where models may lie as Triton lays them out
    public Repository(
            Deployments deployments,
            ModelVersionStore versions,
            Uploads uploads,
            RepositoryFolders folders) {
        this.deployments = deployments;
        this.versions = versions;
        this.uploads = uploads;
        this.folders = folders;
    }

    RepositoryIndexResponse index(boolean readyOnly) {
        var models = new ArrayList<ModelIndex>();
        var deployed = new HashMap<String, Set<Integer>>();
        for (var status : deployments.list()) {
            deployed.put(
                    status.name(),
                    status.variants().stream()
                            .map(variant -> variant.variant().version())
                            .collect(Collectors.toSet()));
            if (status.variants().isEmpty()) {
                models.add(index(status.name(), "", status.state()));
            }
            for (var variant : status.variants()) {
                models.add(
                        index(
                                status.name(),
                                Integer.toString(variant.variant().version()),
                                variant.state()));
            }
        }
        for (var version : versions.versions()) {
            if (!deployed.getOrDefault(version.name(), Set.of()).contains(version.version())) {
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
    private static ModelIndex index(String name, String version, DeploymentState state) {
        var index = ModelIndex.newBuilder().setName(name).setVersion(version);
        return switch (state) {
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

    /// The configuration that is given counts; without one it is that which lies beside the model,
    /// or with which the model is deployed.
    void load(String model, LoadParameters parameters) {
        var json = parameters.config();
        var files = parameters.files();
        var config = json == null ? null : ConfigJson.read(json);
        if (config != null && !files.isEmpty()) {
            var upload = new LoadArchive(uploads, config, files).save();
            try {
                deploy(spec(model, upload.uri(), null, null, null));
            } finally {
                uploads.remove(upload);
            }
            return;
        }
        var stable = deployed(model);
        var folder = folders.find(model);
        if (folder.isPresent()) {
            deploy(spec(model, folder.get().toString(), null, own(config, stable), stable));
        } else if (stable != null) {
            var own = config == null ? stable.config() : own(config, stable);
            deploy(spec(model, registered(model, stable.version()), stable.version(), own, stable));
        } else {
            int version = highest(model);
            deploy(spec(model, registered(model, version), version, own(config, null), null));
        }
    }

    /// The stable version.
    private @Nullable Variant deployed(String model) {
        return deployments.list().stream()
                .filter(status -> status.name().equals(model))
                .map(DeploymentStatus::record)
                .filter(Objects::nonNull)
                .map(DeploymentRecord::stable)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable ModelConfig own(
            @Nullable ConfigJson config, @Nullable Variant stable) {
        return config == null
                ? null
                : config.toConfig(
                        stable == null ? Map.of() : stable.config().presentation().labels());
    }

    private static String registered(String model, int version) {
        return "model://%s/%d".formatted(model, version);
    }

    private int highest(String model) {
        return versions.versions(model).stream()
                .mapToInt(ModelVersion::version)
                .max()
                .orElseThrow(
                        () ->
                                new ServingException(
                                        ErrorCode.MODEL_NOT_FOUND,
                                        "no model '%s' is registered, nor is there a folder of that name in a store root"
                                                .formatted(ServingException.clip(model))));
    }

    private static DeploymentSpec spec(
            String model,
            String uri,
            @Nullable Integer version,
            @Nullable ModelConfig config,
            @Nullable Variant stable) {
        return new DeploymentSpec(
                model,
                new ModelSource(uri, null, null),
                version,
                null,
                config,
                stable == null ? Map.of() : stable.features(),
                new TrafficMode.Primary(),
                stable != null && stable.pinned(),
                true,
                new Change(null, ACTOR, null));
    }

    private void deploy(DeploymentSpec spec) {
        var record = deployments.deploy(spec).record();
        if (record != null) {
            record.stable()
                    .config()
                    .ignored()
                    .forEach(text -> LOG.info("load of '{}': {}", spec.name(), text));
        }
    }

    void unload(String model) {
        deployments.undeploy(model, null, DRAIN, ACTOR);
    }
}
