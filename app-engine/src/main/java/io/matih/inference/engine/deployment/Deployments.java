package io.matih.inference.engine.deployment;

import io.matih.inference.engine.backend.Backend;
import io.matih.inference.engine.cache.CachedModel.Removal;
import io.matih.inference.engine.cache.ModelCache;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.ModelName;
import io.matih.inference.engine.model.ModelRepository;
import io.matih.inference.engine.model.ModelStore;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.StagedModel;
import io.matih.inference.engine.serving.ResponseCache;
import io.matih.inference.engine.serving.Router;
import io.matih.inference.engine.serving.Servable;
import io.matih.inference.engine.serving.ServingLimits;
import io.matih.inference.engine.telemetry.ServingMeters;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// What is deployed, and the way in and out.
///
/// A deploy goes: fetch into staging → examine → admit to the repository → load → warm up →
/// **commit** → switch → retire the old version. The commit is one database transaction and the
/// moment at which the deploy has happened: dying before it leaves files that the next start sweeps
/// away, dying after it leaves a deployment that the next start loads. An undeploy commits first
/// and drains then.
///
/// Lock order: a name's lock, then `ArtifactKeeper`. Nothing else is held across a load, so names
/// don't wait for each other.
public final class Deployments implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);
    private static final Duration RETIRE_DRAIN = Duration.ofSeconds(30);
    private static final int LOADS_AT_START = 2;
    private static final Comparator<DeploymentRecord> PINNED_AND_RECENT_FIRST =
            Comparator.comparing(DeploymentRecord::pinned)
                    .thenComparing(DeploymentRecord::updatedAt)
                    .reversed();

    private final Router router;
    private final ModelStore store;
    private final ModelRepository repository;
    private final ModelVersionStore versions;
    private final DeploymentStore deployments;
    private final Duration defaultTimeout;
    private final ModelLoader loader;
    private final ArtifactKeeper artifacts;
    private final Map<String, Deployment> byName = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();

    public Deployments(
            Router router,
            ModelStore store,
            ModelRepository repository,
            ModelVersionStore versions,
            DeploymentStore deployments,
            List<Backend> backends,
            ModelCache cache,
            ServingMeters meters,
            ServingLimits limits,
            DeadlineWatcher watcher,
            ResponseCache responses) {
        this.router = router;
        this.store = store;
        this.repository = repository;
        this.versions = versions;
        this.deployments = deployments;
        defaultTimeout = limits.defaultTimeout();
        loader = new ModelLoader(backends, repository, cache, meters, limits, watcher, responses);
        artifacts = new ArtifactKeeper(repository, versions);
    }

    /// Brings back what was deployed when the process ended: pinned models first, then those
    /// changed last, as many as there is room for; the others are loaded when they are asked for.
    /// Returns at once; the latch opens when all of them are where they belong.
    public CountDownLatch restore() {
        repository.sweep(
                versions.versions().stream().map(ModelVersion::digest).collect(Collectors.toSet()));
        var records = deployments.deployments().stream().sorted(PINNED_AND_RECENT_FIRST).toList();
        records.forEach(this::remember);
        var settled = new CountDownLatch(records.size());
        var full = new AtomicBoolean();
        var loads = Executors.newFixedThreadPool(LOADS_AT_START, Thread.ofVirtual().factory());
        for (var record : records) {
            loads.execute(
                    () -> {
                        locked(record.name(), () -> restore(record.name(), full));
                        settled.countDown();
                    });
        }
        loads.shutdown();
        return settled;
    }

    private void remember(DeploymentRecord record) {
        var entry = entry(record.name());
        entry.remember(record);
        versions.find(record.name(), record.version())
                .ifPresentOrElse(
                        version -> entry.serve(loader.prepare(version, record, entry::loading)),
                        () -> entry.failed(unregistered(record)));
    }

    private void restore(String name, AtomicBoolean full) {
        var entry = byName.get(name);
        var deployed = entry == null ? null : entry.deployed();
        if (deployed == null) {
            return;
        }
        try {
            if (deployed.record().pinned()) {
                deployed.cached().load(null);
            } else if (!full.get() && !deployed.cached().loadIfRoom()) {
                full.set(true);
            }
        } catch (ServingException e) {
            LOG.error("deployment '{}' could not be restored: {}", name, e.getMessage());
        }
    }

    private static ServingException unregistered(DeploymentRecord record) {
        return new ServingException(
                ErrorCode.MODEL_INVALID,
                "version %d is not registered; deploy it again".formatted(record.version()));
    }

    /// Deploys and waits until it serves.
    ///
    /// @return the deployment as it is now
    public DeploymentStatus deploy(DeploymentSpec spec) {
        requireValid(spec);
        locked(spec.name(), () -> apply(spec, true));
        return get(spec.name());
    }

    /// Deploys in the background; `get` tells how far it is, also that it failed.
    public DeploymentStatus deployLater(DeploymentSpec spec) {
        requireValid(spec);
        entry(spec.name());
        background.execute(
                () -> {
                    try {
                        locked(spec.name(), () -> apply(spec, false));
                    } catch (ServingException e) {
                        LOG.warn("deploy of '{}' failed: {}", spec.name(), e.getMessage());
                    }
                });
        return get(spec.name());
    }

    /// Does everything of a deploy that changes nothing.
    ///
    /// @return the version as it would be registered
    public ModelVersion examine(DeploymentSpec spec) {
        requireValid(spec);
        try (var model = fetch(spec)) {
            var complete = spec.completedBy(model.config().orElse(null));
            requireAcceptable(complete, model);
            return version(complete, model.artifact(), inspect(complete, model))
                    .withFindings(complete.configOrDefault().findings());
        }
    }

    private void requireValid(DeploymentSpec spec) {
        ModelName.require(spec.name(), "name");
        if (spec.backend() != null) {
            loader.requireKnown(spec.backend());
        }
    }

    private void apply(DeploymentSpec asked, boolean forgetFailure) {
        var entry = entry(asked.name());
        try (var model = fetchInto(entry, asked)) {
            var spec = asked.completedBy(model.config().orElse(null));
            if (!requireAcceptable(spec, model)) {
                bringBack(entry);
                return;
            }
            entry.loading("examining the model");
            var metadata = inspect(spec, model);
            var artifact = artifacts.admit(model);
            try {
                load(entry, spec, artifact, metadata);
            } finally {
                artifacts.release(artifact.digest());
            }
        } catch (ServingException e) {
            entry.failed(e);
            if (forgetFailure && entry.record() == null) {
                remove(asked.name());
            }
            throw e;
        }
    }

    private StagedModel fetchInto(Deployment entry, DeploymentSpec spec) {
        entry.loading("fetching the model");
        return fetch(spec);
    }

    private static void bringBack(Deployment entry) {
        var deployed = entry.deployed();
        if (deployed != null) {
            deployed.cached().load(null);
        }
    }

    private void load(
            Deployment entry, DeploymentSpec spec, ModelArtifact artifact, ModelMetadata metadata) {
        var version = version(spec, artifact, metadata);
        var record = record(spec, version, artifact);
        var old = entry.deployed();
        var deployed = loader.prepare(version, record, entry::loading);
        try {
            deployed.cached().load(old == null ? null : old.cached());
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
        } catch (ServingException e) {
            loader.discard(deployed, RETIRE_DRAIN);
            throw e;
        }
        entry.serve(deployed);
        LOG.info("deployed '{}' version {}", spec.name(), version.version());
        if (old != null) {
            background.execute(() -> loader.discard(old, RETIRE_DRAIN));
        }
    }

    /// Whether there is anything to do.
    ///
    /// @return false where exactly this is deployed already
    /// @throws ServingException `CONFLICT`
    private boolean requireAcceptable(DeploymentSpec spec, StagedModel model) {
        var deployed = deployed(spec.name());
        requireRevision(spec, deployed.orElse(null));
        var digest = model.artifact().digest();
        if (spec.version() != null) {
            versions.find(spec.name(), spec.version())
                    .filter(registered -> !registered.digest().equals(digest))
                    .ifPresent(
                            _ ->
                                    conflict(
                                            "version",
                                            "version %d of '%s' is registered with another digest; take another version number"
                                                    .formatted(spec.version(), spec.name())));
        }
        if (deployed.isEmpty()) {
            return true;
        }
        var current = deployed.get();
        var served = versions.find(spec.name(), current.version());
        boolean same =
                served.isPresent()
                        && served.get().digest().equals(digest)
                        && (spec.version() == null || spec.version() == current.version());
        if (same && sameSettings(spec, current) && serves(spec.name())) {
            return false;
        }
        if (!spec.replace() && serves(spec.name())) {
            conflict(
                    "replace",
                    same
                            ? "'%s' is deployed with other settings; send replace:true to change them"
                                    .formatted(spec.name())
                            : "'%s' is deployed already, at version %d; send replace:true to take its place"
                                    .formatted(spec.name(), current.version()));
        }
        return true;
    }

    private boolean serves(String name) {
        var entry = byName.get(name);
        return entry != null && entry.serves();
    }

    private static boolean sameSettings(DeploymentSpec spec, DeploymentRecord current) {
        return spec.configOrDefault().equals(current.config())
                && spec.features().equals(current.features())
                && spec.pinned() == current.pinned();
    }

    private static void requireRevision(DeploymentSpec spec, @Nullable DeploymentRecord current) {
        long revision = current == null ? 0 : current.revision();
        if (spec.ifRevision() != null && spec.ifRevision() != revision) {
            conflict(
                    "If-Match",
                    "'%s' is at revision %d, not %d: somebody changed it since you looked"
                            .formatted(spec.name(), revision, spec.ifRevision()));
        }
    }

    private static void conflict(String field, String message) {
        throw new ServingException(ErrorCode.CONFLICT, message, new ErrorDetail(field, null, null));
    }

    private StagedModel fetch(DeploymentSpec spec) {
        var registered = RegisteredSource.parse(spec.source().uri());
        if (registered.isPresent()) {
            return registered.get().open(versions, repository);
        }
        return store.fetch(spec.source().of(spec.name(), spec.version()));
    }

    private ModelMetadata inspect(DeploymentSpec spec, StagedModel model) {
        var artifact = model.artifact();
        var metadata = loader.backendFor(spec.backend(), artifact.format()).inspect(artifact);
        FeatureCheck.require(spec.features(), metadata);
        model.config().ifPresent(config -> config.check(metadata));
        return metadata;
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

    /// Takes a deployment away: nothing new is accepted, what runs finishes within `drain`, and
    /// what does not is stopped.
    ///
    /// @param version must be the one that serves; absent: whichever does
    /// @throws ServingException `MODEL_NOT_FOUND`
    public Removal undeploy(String name, @Nullable Integer version, Duration drain, String actor) {
        get(name); // an unknown name gets no lock of its own
        return lockedCall(name, () -> remove(name, version, drain, actor));
    }

    private Removal remove(String name, @Nullable Integer version, Duration drain, String actor) {
        var entry = byName.get(name);
        var record = entry == null ? null : entry.record();
        if (entry == null || (version != null && (record == null || record.version() != version))) {
            throw Servable.notFound(name, version == null ? null : version.toString());
        }
        var deployed = entry.deployed();
        if (record != null) {
            deployments.undeployed(
                    new Revision(
                            name,
                            deployments.lastRevision(name) + 1,
                            Revision.Action.UNDEPLOY,
                            null,
                            null,
                            actor,
                            Instant.now()));
        }
        entry.unloading();
        var result = deployed == null ? new Removal(0, 0, 0) : loader.discard(deployed, drain);
        remove(name);
        LOG.info(
                "undeployed '{}': {} drained, {} aborted",
                name,
                result.drained(),
                result.aborted());
        return result;
    }

    /// Removes registered versions that nothing uses, and their files.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND`, `IN_USE`
    public void deleteVersion(String name, int version) {
        locked(
                name,
                () -> {
                    var registered =
                            versions.find(name, version)
                                    .orElseThrow(() -> unknownVersion(name, version));
                    if (deployed(name).filter(d -> d.version() == version).isPresent()) {
                        throw new ServingException(
                                ErrorCode.IN_USE,
                                "version %d of '%s' is deployed; undeploy it first"
                                        .formatted(version, name));
                    }
                    versions.delete(name, version);
                    artifacts.deleteUnused(registered.digest());
                });
    }

    private static ServingException unknownVersion(String name, int version) {
        return new ServingException(
                ErrorCode.MODEL_NOT_FOUND,
                "model '%s' has no version %d; see GET /api/v1/inference/models"
                        .formatted(ServingException.clip(name), version));
    }

    private Optional<DeploymentRecord> deployed(String name) {
        return Optional.ofNullable(byName.get(name)).map(Deployment::record);
    }

    /// @throws ServingException `MODEL_NOT_FOUND`
    public DeploymentStatus get(String name) {
        var entry = byName.get(name);
        if (entry == null) {
            throw Servable.notFound(name, null);
        }
        return entry.status();
    }

    /// What was counted of every deployed version, by name.
    public List<VersionStatistics> statistics() {
        return byName.values().stream()
                .flatMap(entry -> entry.statistics().stream())
                .sorted(Comparator.comparing(VersionStatistics::model))
                .toList();
    }

    /// The same of one name; empty while no version of it is deployed.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND`
    public Optional<VersionStatistics> statistics(String name) {
        var entry = byName.get(name);
        if (entry == null) {
            throw Servable.notFound(name, null);
        }
        return entry.statistics();
    }

    /// Every deployment, by name.
    public List<DeploymentStatus> list() {
        return byName.values().stream()
                .map(Deployment::status)
                .sorted(Comparator.comparing(DeploymentStatus::name))
                .toList();
    }

    private Deployment entry(String name) {
        return byName.computeIfAbsent(
                name,
                _ -> {
                    var created = new Deployment(name, versions, defaultTimeout);
                    router.add(name, created);
                    return created;
                });
    }

    private void remove(String name) {
        byName.remove(name);
        router.remove(name);
    }

    private void locked(String name, Runnable action) {
        lockedCall(
                name,
                () -> {
                    action.run();
                    return true;
                });
    }

    private <T> T lockedCall(String name, Supplier<T> action) {
        var lock = locks.computeIfAbsent(name, _ -> new ReentrantLock());
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /// Drains and releases everything; what is deployed stays remembered.
    @Override
    public void close() {
        for (var entry : byName.values()) {
            var deployed = entry.deployed();
            entry.unloading();
            if (deployed != null) {
                background.execute(() -> loader.discard(deployed, RETIRE_DRAIN));
            }
        }
        background.close();
    }
}
