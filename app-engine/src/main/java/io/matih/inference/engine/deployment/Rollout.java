package io.matih.inference.engine.deployment;

import io.matih.inference.engine.deployment.Variant.Role;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.ModelRepository;
import io.matih.inference.engine.model.ModelStore;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.StagedModel;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Instant;
import java.util.List;

/// The way of a model from its source to the requests that ask for it.
///
/// A deploy goes: fetch into staging → examine → admit to the repository → load → warm up →
/// **commit** → switch → retire what it replaces. Dying before the commit leaves files that the
/// next start sweeps away, dying after it leaves a deployment that the next start loads. Whoever
/// runs one holds the name's lock.
final class Rollout {
    private static final Logger LOG = LoggerFactory.getLogger(Rollout.class);

    private final ModelStore store;
    private final ModelRepository repository;
    private final ModelVersionStore versions;
    private final ModelLoader loader;
    private final ArtifactKeeper artifacts;
    private final DeployChecks checks;
    private final Switchover switchover;

    Rollout(
            ModelStore store,
            ModelRepository repository,
            ModelVersionStore versions,
            ModelLoader loader,
            ArtifactKeeper artifacts,
            Switchover switchover) {
        this.store = store;
        this.repository = repository;
        this.versions = versions;
        this.loader = loader;
        this.artifacts = artifacts;
        this.switchover = switchover;
        checks = new DeployChecks(versions);
    }

    /// Does everything that changes nothing.
    ///
    /// @param entry what the name has now; absent where nobody has asked for it before
    /// @return the version as it would be registered
    ModelVersion examine(DeploymentSpec asked, @Nullable Deployment entry) {
        try (var model = fetch(asked)) {
            var spec = asked.completedBy(model.config().orElse(null));
            var artifact = model.artifact();
            checks.review(spec, number(spec, artifact.digest()), artifact.digest(), entry);
            return version(spec, artifact, inspect(spec, model, entry))
                    .withFindings(spec.configOrDefault().findings());
        }
    }

    /// Does all of it but the last step.
    ///
    /// @return what answers no more and is to be retired
    List<DeployedVersion> run(DeploymentSpec asked, Deployment entry) {
        entry.loading("fetching the model");
        try (var model = fetch(asked)) {
            var spec = asked.completedBy(model.config().orElse(null));
            var digest = model.artifact().digest();
            int number = number(spec, digest);
            return switch (checks.review(spec, number, digest, entry)) {
                case NOTHING -> {
                    deployed(entry, number).cached().load(null);
                    yield List.of();
                }
                case SHARE -> {
                    var deployed = deployed(entry, number);
                    deployed.cached().load(null);
                    yield serve(spec, entry, deployed, null);
                }
                case LOAD -> load(spec, entry, model);
            };
        }
    }

    private static DeployedVersion deployed(Deployment entry, int version) {
        return entry.deployed().stream()
                .filter(deployed -> deployed.variant().version() == version)
                .findFirst()
                .orElseThrow();
    }

    private List<DeployedVersion> load(DeploymentSpec spec, Deployment entry, StagedModel model) {
        entry.loading("examining the model");
        var metadata = inspect(spec, model, entry);
        var artifact = artifacts.admit(model);
        try {
            return load(entry, spec, artifact, metadata);
        } finally {
            artifacts.release(artifact.digest());
        }
    }

    private StagedModel fetch(DeploymentSpec spec) {
        var registered = RegisteredSource.parse(spec.source().uri());
        if (registered.isPresent()) {
            return registered.get().open(versions, repository);
        }
        return store.fetch(spec.source().of(spec.name(), spec.version()));
    }

    private ModelMetadata inspect(
            DeploymentSpec spec, StagedModel model, @Nullable Deployment entry) {
        var artifact = model.artifact();
        var metadata = loader.backendFor(spec.backend(), artifact.format()).inspect(artifact);
        FeatureCheck.require(spec.features(), metadata);
        model.config().ifPresent(config -> config.check(metadata));
        if (entry != null && !(spec.traffic() instanceof TrafficMode.Primary)) {
            var stable = entry.deployed().getFirst();
            var requests =
                    new SameRequests(stable.variant().version(), stable.signature().metadata());
            var seen = spec.configOrDefault().seen(metadata);
            if (spec.traffic() instanceof TrafficMode.Shadow(var policy)) {
                requests.requireOfShadow(seen, policy);
            } else {
                requests.requireOfCanary(seen);
            }
        }
        return metadata;
    }

    private List<DeployedVersion> load(
            Deployment entry, DeploymentSpec spec, ModelArtifact artifact, ModelMetadata metadata) {
        var version = version(spec, artifact, metadata);
        var variant =
                new Variant(
                        version.version(),
                        Role.STABLE,
                        Variant.ALL,
                        loader.backendFor(spec.backend(), artifact.format()).name(),
                        spec.configOrDefault(),
                        spec.features(),
                        spec.pinned());
        var loaded =
                entry.deployed().stream()
                        .filter(deployed -> deployed.variant().isLoadedLike(variant))
                        .findFirst();
        if (loaded.isPresent()) {
            loaded.get().cached().load(null);
            return serve(spec, entry, loaded.get(), version);
        }
        var deployed = loader.prepare(version, variant, entry::loading);
        try {
            deployed.cached()
                    .load(entry.deployed().isEmpty() ? null : entry.deployed().getFirst().cached());
            return serve(spec, entry, deployed, version);
        } catch (ServingException e) {
            loader.retire(deployed);
            throw e;
        }
    }

    private List<DeployedVersion> serve(
            DeploymentSpec spec,
            Deployment entry,
            DeployedVersion deployed,
            @Nullable ModelVersion registers) {
        var next =
                switch (spec.traffic()) {
                    case TrafficMode.Primary _ -> Shares.only(deployed);
                    case TrafficMode.Canary(int weight) ->
                            Shares.withCanary(entry.deployed(), deployed, weight);
                    case TrafficMode.Shadow(var policy) ->
                            Shares.withShadow(entry.deployed(), deployed, policy);
                };
        var action = registers == null ? Revision.Action.TRAFFIC : Revision.Action.DEPLOY;
        var gone = switchover.run(entry, next, registers, action, spec.change());
        LOG.info("deployed '{}' version {}", spec.name(), deployed.version().version());
        return gone;
    }

    /// The version that this artifact has, or gets.
    private int number(DeploymentSpec spec, String digest) {
        if (spec.version() != null) {
            return spec.version();
        }
        var known = versions.versions(spec.name());
        return known.stream()
                .filter(version -> version.digest().equals(digest))
                .mapToInt(ModelVersion::version)
                .max()
                .orElseGet(
                        () -> known.stream().mapToInt(ModelVersion::version).max().orElse(0) + 1);
    }

    private ModelVersion version(
            DeploymentSpec spec, ModelArtifact artifact, ModelMetadata metadata) {
        int number = number(spec, artifact.digest());
        return versions.find(spec.name(), number)
                .filter(known -> known.digest().equals(artifact.digest()))
                .orElseGet(
                        () ->
                                new ModelVersion(
                                        spec.name(),
                                        number,
                                        artifact.digest(),
                                        artifact.sizeBytes(),
                                        spec.source().uri(),
                                        metadata,
                                        Instant.now()));
    }
}
