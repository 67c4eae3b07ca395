package io.matih.inference.engine.deployment;

import io.matih.inference.engine.backend.Backend;
import io.matih.inference.engine.cache.CachedModel.Removal;
import io.matih.inference.engine.cache.ModelCache;
import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelName;
import io.matih.inference.engine.model.ModelRepository;
import io.matih.inference.engine.model.ModelStore;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.serving.ResponseCache;
import io.matih.inference.engine.serving.Router;
import io.matih.inference.engine.serving.Servable;
import io.matih.inference.engine.serving.ServingLimits;
import io.matih.inference.engine.shadow.ShadowKey;
import io.matih.inference.engine.shadow.Shadows;
import io.matih.inference.engine.telemetry.ServingMeters;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What is deployed, and the way in and out.
///
/// An undeploy commits first and drains then.
///
/// Lock order: a name's lock, then `ArtifactKeeper`. Nothing else is held across a load, so names
/// don't wait for each other.
public final class Deployments implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);
    private static final int LOADS_AT_START = 2;
    private static final Comparator<DeploymentRecord> PINNED_AND_RECENT_FIRST =
            Comparator.<DeploymentRecord, Boolean>comparing(record -> record.stable().pinned())
                    .thenComparing(DeploymentRecord::updatedAt)
                    .reversed();

    private final Router router;
    private final ModelRepository repository;
    private final ModelVersionStore versions;
    private final DeploymentStore deployments;
    private final Shadows shadows;
    private final Duration defaultTimeout;
    private final ModelLoader loader;
    private final ArtifactKeeper artifacts;
    private final Rollout rollout;
    private final TrafficChanges traffic;
    private final Map<String, Deployment> byName = new ConcurrentHashMap<>();
    private final NameLocks locks = new NameLocks();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();

    public Deployments(
            Router router,
            ModelStore store,
            ModelRepository repository,
            ModelVersionStore versions,
            DeploymentStore deployments,
            Shadows shadows,
            List<Backend> backends,
            ModelCache cache,
            ServingMeters meters,
            ServingLimits limits,
            DeadlineWatcher watcher,
            ResponseCache responses) {
        this.router = router;
        this.repository = repository;
        this.versions = versions;
        this.deployments = deployments;
        this.shadows = shadows;
        defaultTimeout = limits.defaultTimeout();
        loader = new ModelLoader(backends, repository, cache, meters, limits, watcher, responses);
        artifacts = new ArtifactKeeper(repository, versions);
        var switchover = new Switchover(deployments);
        rollout = new Rollout(store, repository, versions, loader, artifacts, switchover);
        traffic = new TrafficChanges(versions, deployments, loader, switchover);
        shadows.start(new GateActions(this));
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
                        locks.holding(record.name(), () -> restore(record.name(), full));
                        settled.countDown();
                    });
        }
        loads.shutdown();
        return settled;
    }

    private void remember(DeploymentRecord record) {
        var entry = entry(record.name());
        entry.remember(record);
        var deployed = new ArrayList<DeployedVersion>();
        for (var variant : record.variants()) {
            var version = versions.find(record.name(), variant.version());
            if (version.isEmpty()) {
                entry.failed(unregistered(variant.version()));
                return;
            }
            deployed.add(loader.prepare(version.get(), variant, entry::loading));
        }
        entry.serve(record, deployed);
    }

    private void restore(String name, AtomicBoolean full) {
        var entry = byName.get(name);
        if (entry == null) {
            return;
        }
        for (var deployed : entry.deployed()) {
            try {
                if (deployed.variant().pinned()) {
                    deployed.cached().load(null);
                } else if (!full.get() && !deployed.cached().loadIfRoom()) {
                    full.set(true);
                }
            } catch (ServingException e) {
                LOG.error(
                        "version {} of '{}' could not be restored: {}",
                        deployed.variant().version(),
                        name,
                        e.getMessage());
            }
        }
    }

    private static ServingException unregistered(int version) {
        return new ServingException(
                ErrorCode.MODEL_INVALID,
                "version %d is not registered; deploy it again".formatted(version));
    }

    /// Deploys and waits until it serves.
    ///
    /// @return the deployment as it is now
    public DeploymentStatus deploy(DeploymentSpec spec) {
        requireValid(spec);
        locks.holding(spec.name(), () -> apply(spec, true));
        return get(spec.name());
    }

    /// Deploys in the background; `get` tells how far it is, also that it failed.
    public DeploymentStatus deployLater(DeploymentSpec spec) {
        requireValid(spec);
        entry(spec.name());
        background.execute(
                () -> {
                    try {
                        locks.holding(spec.name(), () -> apply(spec, false));
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
        return rollout.examine(spec, byName.get(spec.name()));
    }

    private void requireValid(DeploymentSpec spec) {
        ModelName.require(spec.name(), "name");
        if (spec.backend() != null) {
            loader.requireKnown(spec.backend());
        }
    }

    private void apply(DeploymentSpec spec, boolean forgetFailure) {
        var entry = entry(spec.name());
        try {
            retire(rollout.run(spec, entry));
        } catch (ServingException e) {
            entry.failed(e);
            if (forgetFailure && entry.record() == null) {
                remove(spec.name());
            }
            throw e;
        }
    }

    private void retire(List<DeployedVersion> gone) {
        gone.forEach(old -> background.execute(() -> loader.retire(old)));
    }

    /// Makes a canary the stable version.
    ///
    /// @param version absent: the only canary
    /// @throws ServingException `MODEL_NOT_FOUND`, `CONFLICT`
    public DeploymentStatus promote(String name, @Nullable Integer version, Change change) {
        return changing(name, entry -> traffic.promote(entry, version, change));
    }

    /// Brings back an earlier version.
    ///
    /// @param revision whose versions and shares are to be there again; absent: takes the canaries
    ///   away where there are any, else brings back what was stable before
    /// @throws ServingException `MODEL_NOT_FOUND`, `CONFLICT`, whatever a load fails with
    public DeploymentStatus rollBack(String name, @Nullable Long revision, Change change) {
        return changing(name, entry -> traffic.rollBack(entry, revision, change));
    }

    /// Shares out the requests anew.
    ///
    /// @param weights percent by version number or label
    /// @throws ServingException `MODEL_NOT_FOUND`, `INVALID_PARAMETER`, `CONFLICT`
    public DeploymentStatus share(String name, Map<String, Integer> weights, Change change) {
        return changing(name, entry -> traffic.share(entry, weights, change));
    }

    /// What a gate decides, if it is still about the versions that are there.
    void decide(
            ShadowKey key, BiFunction<TrafficChanges, Deployment, List<DeployedVersion>> change) {
        if (byName.containsKey(key.deployment())) {
            changing(
                    key.deployment(),
                    entry -> stands(entry, key) ? change.apply(traffic, entry) : List.of());
        }
    }

    private static boolean stands(Deployment entry, ShadowKey key) {
        var record = entry.record();
        return record != null
                && !entry.deployed().isEmpty()
                && record.stable().version() == key.primary()
                && record.shadows().stream().anyMatch(shadow -> shadow.version() == key.shadow());
    }

    private DeploymentStatus changing(
            String name, Function<Deployment, List<DeployedVersion>> change) {
        get(name); // an unknown name gets no lock of its own
        return locks.holding(
                name,
                () -> {
                    retire(change.apply(require(name)));
                    return get(name);
                });
    }

    private Deployment require(String name) {
        var entry = byName.get(name);
        if (entry == null) {
            throw Servable.notFound(name, null);
        }
        return entry;
    }

    /// Points a label at a registered version, from another one where it pointed there.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND`
    public void label(String name, String label, int version) {
        locks.holding(
                name,
                () -> {
                    versions.label(name, label, version);
                    relabel(name);
                });
    }

    /// Nothing happens where the label is unknown.
    public void unlabel(String name, String label) {
        locks.holding(
                name,
                () -> {
                    versions.unlabel(name, label);
                    relabel(name);
                });
    }

    private void relabel(String name) {
        var entry = byName.get(name);
        if (entry != null) {
            entry.relabel();
        }
    }

    /// Takes a deployment away, or one of its canaries and shadows: nothing new is accepted, what
    /// runs finishes within `drain`, and what does not is stopped.
    ///
    /// @param version a canary or shadow, or the stable version where it is alone; absent:
    ///   everything
    /// @throws ServingException `MODEL_NOT_FOUND`, `CONFLICT` for a stable version that has others
    ///   beside it
    public Removal undeploy(String name, @Nullable Integer version, Duration drain, String actor) {
        get(name); // an unknown name gets no lock of its own
        return locks.holding(name, () -> remove(name, version, drain, actor));
    }

    private Removal remove(String name, @Nullable Integer version, Duration drain, String actor) {
        var entry = require(name);
        var record = entry.record();
        if (version != null && (record == null || record.variant(version).isEmpty())) {
            throw Servable.notFound(name, version.toString());
        }
        List<DeployedVersion> gone;
        if (version != null && record != null && record.variants().size() > 1) {
            gone = traffic.withdraw(entry, version, new Change(null, actor, null));
        } else {
            gone = entry.deployed();
            if (record != null) {
                deployments.undeployed(undeployed(name, actor));
            }
            entry.unloading();
        }
        var result = discard(gone, drain);
        if (entry.deployed().isEmpty()) {
            remove(name);
        }
        LOG.info(
                "undeployed '{}': {} drained, {} aborted",
                name,
                result.drained(),
                result.aborted());
        return result;
    }

    private Revision undeployed(String name, String actor) {
        return new Revision(
                name,
                deployments.lastRevision(name) + 1,
                Revision.Action.UNDEPLOY,
                null,
                null,
                List.of(),
                actor,
                null,
                Instant.now());
    }

    /// All of them within the time that one may take.
    private Removal discard(List<DeployedVersion> gone, Duration drain) {
        var deadline = Deadline.after(drain);
        int drained = 0;
        int aborted = 0;
        long freedBytes = 0;
        for (var version : gone) {
            var left = Duration.ofNanos(Math.max(0, deadline.remainingNanos()));
            var removal = loader.discard(version, left);
            drained += removal.drained();
            aborted += removal.aborted();
            freedBytes += removal.freedBytes();
        }
        return new Removal(drained, aborted, freedBytes);
    }

    /// Removes registered versions that nothing uses, and their files.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND`, `IN_USE`
    public void deleteVersion(String name, int version) {
        locks.holding(
                name,
                () -> {
                    var registered =
                            versions.find(name, version)
                                    .orElseThrow(() -> unknownVersion(name, version));
                    if (deployed(name).flatMap(d -> d.variant(version)).isPresent()) {
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
        return require(name).status();
    }

    /// What was counted of every deployed version, by name.
    public List<VersionStatistics> statistics() {
        return byName.values().stream()
                .flatMap(entry -> entry.statistics().stream())
                .sorted(
                        Comparator.comparing(VersionStatistics::model)
                                .thenComparingInt(VersionStatistics::version))
                .toList();
    }

    /// The same of one name; empty while no version of it is deployed.
    ///
    /// @throws ServingException `MODEL_NOT_FOUND`
    public List<VersionStatistics> statistics(String name) {
        return require(name).statistics();
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
                    var created = new Deployment(name, versions, shadows, defaultTimeout);
                    router.add(name, created);
                    return created;
                });
    }

    private void remove(String name) {
        byName.remove(name);
        router.remove(name);
    }

    /// Drains and releases everything; what is deployed stays remembered.
    @Override
    public void close() {
        shadows.close();
        for (var entry : byName.values()) {
            var deployed = entry.deployed();
            entry.unloading();
            retire(deployed);
        }
        background.close();
    }
}
