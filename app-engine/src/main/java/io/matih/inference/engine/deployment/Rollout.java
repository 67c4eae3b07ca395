package io.matih.inference.engine.deployment;

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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The way of a model from its source to the requests that ask for it.
///
/// A deploy goes: fetch into staging → examine → admit to the repository → load → warm up →
/// **commit** → switch → retire the old version. The commit is one database transaction and the
/// moment at which the deploy has happened: dying before it leaves files that the next start sweeps
/// away, dying after it leaves a deployment that the next start loads. Whoever runs one holds the
/// name's lock.
final class Rollout {
    private static final Logger LOG = LoggerFactory.getLogger(Rollout.class);

    private final ModelStore store;
    private final ModelRepository repository;
    private final ModelVersionStore versions;
    private final DeploymentStore deployments;
    private final ModelLoader loader;
    private final ArtifactKeeper artifacts;
    private final DeployChecks checks;

    Rollout(
            ModelStore store,
            ModelRepository repository,
            ModelVersionStore versions,
            DeploymentStore deployments,
            ModelLoader loader,
            ArtifactKeeper artifacts) {
        this.store = store;
        this.repository = repository;
        this.versions = versions;
        this.deployments = deployments;
        this.loader = loader;
        this.artifacts = artifacts;
        checks = new DeployChecks(versions);
    }

    /// Does everything that changes nothing.
    ///
    /// @param entry what the name has now; absent where nobody has asked for it before
    /// @return the version as it would be registered
    ModelVersion examine(DeploymentSpec asked, @Nullable Deployment entry) {
        try (var model = fetch(asked)) {
            var spec = asked.completedBy(model.config().orElse(null));
            checks.requireAcceptable(spec, model.artifact().digest(), entry);
            return version(spec, model.artifact(), inspect(spec, model))
                    .withFindings(spec.configOrDefault().findings());
        }
    }

    /// Does all of it but the last step.
    ///
    /// @return what served until now and is to be retired
    Optional<DeployedVersion> run(DeploymentSpec asked, Deployment entry) {
        entry.loading("fetching the model");
        try (var model = fetch(asked)) {
            var spec = asked.completedBy(model.config().orElse(null));
            if (!checks.requireAcceptable(spec, model.artifact().digest(), entry)) {
                bringBack(entry);
                return Optional.empty();
            }
            entry.loading("examining the model");
            var metadata = inspect(spec, model);
            var artifact = artifacts.admit(model);
            try {
                return load(entry, spec, artifact, metadata);
            } finally {
                artifacts.release(artifact.digest());
            }
        }
    }

    private StagedModel fetch(DeploymentSpec spec) {
        var registered = RegisteredSource.parse(spec.source().uri());
        if (registered.isPresent()) {
            return registered.get().open(versions, repository);
        }
        return store.fetch(spec.source().of(spec.name(), spec.version()));
    }

    private static void bringBack(Deployment entry) {
        var deployed = entry.deployed();
        if (deployed != null) {
            deployed.cached().load(null);
        }
    }

    private ModelMetadata inspect(DeploymentSpec spec, StagedModel model) {
        var artifact = model.artifact();
        var metadata = loader.backendFor(spec.backend(), artifact.format()).inspect(artifact);
        FeatureCheck.require(spec.features(), metadata);
        model.config().ifPresent(config -> config.check(metadata));
        return metadata;
    }

    private Optional<DeployedVersion> load(
            Deployment entry, DeploymentSpec spec, ModelArtifact artifact, ModelMetadata metadata) {
        var version = version(spec, artifact, metadata);
        var record = record(spec, version, artifact);
        var old = entry.deployed();
        var deployed = loader.prepare(version, record, entry::loading);
        try {
            deployed.cached().load(old == null ? null : old.cached());
            commit(spec, version, record);
        } catch (ServingException e) {
            loader.retire(deployed);
            throw e;
        }
        entry.serve(deployed);
        LOG.info("deployed '{}' version {}", spec.name(), version.version());
        return Optional.ofNullable(old);
    }

    private void commit(DeploymentSpec spec, ModelVersion version, DeploymentRecord record) {
        deployments.deployed(
                version,
                record,
                new Revision(
                        spec.name(),
                        record.revision(),
                        Revision.Action.DEPLOY,
                        version.version(),
                        version.digest(),
                        spec.actor(),
                        record.updatedAt()));
    }

    /// The version that this artifact has, or gets.
    private ModelVersion version(
            DeploymentSpec spec, ModelArtifact artifact, ModelMetadata metadata) {
        var known = versions.versions(spec.name());
        return known.stream()
                .filter(version -> version.digest().equals(artifact.digest()))
                .filter(version -> spec.version() == null || spec.version() == version.version())
                .max(Comparator.comparingInt(ModelVersion::version))
                .orElseGet(
                        () ->
                                new ModelVersion(
                                        spec.name(),
                                        spec.version() == null ? next(known) : spec.version(),
                                        artifact.digest(),
                                        artifact.sizeBytes(),
                                        spec.source().uri(),
                                        metadata,
                                        Instant.now()));
    }

    private static int next(List<ModelVersion> known) {
        return known.stream().mapToInt(ModelVersion::version).max().orElse(0) + 1;
    }

    private DeploymentRecord record(
            DeploymentSpec spec, ModelVersion version, ModelArtifact artifact) {
        return new DeploymentRecord(
                spec.name(),
                version.version(),
                loader.backendFor(spec.backend(), artifact.format()).name(),
                spec.configOrDefault(),
                spec.features(),
                spec.pinned(),
                deployments.lastRevision(spec.name()) + 1,
                Instant.now());
    }
}
