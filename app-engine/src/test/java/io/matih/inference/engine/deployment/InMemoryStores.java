package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersion;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.model.Verdict;
import io.matih.inference.engine.model.VerdictStore;
import io.matih.inference.engine.shadow.ComparisonState;
import io.matih.inference.engine.shadow.ShadowKey;
import io.matih.inference.engine.shadow.ShadowMinute;
import io.matih.inference.engine.shadow.ShadowStore;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The engine's stores in memory, for tests: what they refuse and keep is what the real ones do.
/// Any thread may use them.
public final class InMemoryStores
        implements DeploymentStore, ModelVersionStore, VerdictStore, ShadowStore {
    private static final Comparator<VersionKey> BY_NAME_AND_VERSION =
            Comparator.comparing(VersionKey::name).thenComparingInt(VersionKey::version);

    private final Map<VersionKey, ModelVersion> versions = new TreeMap<>(BY_NAME_AND_VERSION);
    private final Map<String, Map<String, Integer>> labels = new HashMap<>();
    private final Map<String, DeploymentRecord> deployments = new TreeMap<>();
    private final Map<String, List<Revision>> revisions = new HashMap<>();
    private final Map<VerdictKey, Verdict> verdicts = new HashMap<>();
    private final Map<ShadowKey, ComparisonState> comparisons = new HashMap<>();
    private final Map<ShadowKey, TreeMap<Instant, ShadowMinute>> minutes = new HashMap<>();

    @Override
    public synchronized List<DeploymentRecord> deployments() {
        return List.copyOf(deployments.values());
    }

    @Override
    public synchronized void deployed(
            ModelVersion version, DeploymentRecord deployment, Revision revision) {
        var key = new VersionKey(version.name(), version.version());
        var registered = versions.get(key);
        if (registered != null && !registered.digest().equals(version.digest())) {
            throw conflict("version %d of '%s'".formatted(version.version(), version.name()));
        }
        add(revision);
        versions.putIfAbsent(key, stored(version));
        deployments.put(deployment.name(), stored(deployment));
    }

    @Override
    public synchronized void changed(DeploymentRecord deployment, Revision revision) {
        if (!deployments.containsKey(deployment.name())) {
            throw new ServingException(
                    ErrorCode.MODEL_NOT_FOUND, "'%s' is not deployed".formatted(deployment.name()));
        }
        add(revision);
        deployments.put(deployment.name(), stored(deployment));
    }

    @Override
    public synchronized void undeployed(Revision revision) {
        if (!deployments.containsKey(revision.deployment())) {
            throw new ServingException(
                    ErrorCode.MODEL_NOT_FOUND,
                    "'%s' is not deployed".formatted(revision.deployment()));
        }
        add(revision);
        deployments.remove(revision.deployment());
        comparisons.keySet().removeIf(key -> key.deployment().equals(revision.deployment()));
        minutes.keySet().removeIf(key -> key.deployment().equals(revision.deployment()));
    }

    @Override
    public synchronized List<Revision> revisions(String deployment) {
        return revisions.getOrDefault(deployment, List.of()).reversed().stream().toList();
    }

    @Override
    public synchronized long lastRevision(String deployment) {
        return revisions(deployment).stream().mapToLong(Revision::number).findFirst().orElse(0);
    }

    @Override
    public synchronized List<ModelVersion> versions() {
        return List.copyOf(versions.values());
    }

    @Override
    public synchronized List<ModelVersion> versions(String name) {
        return versions.values().stream().filter(version -> version.name().equals(name)).toList();
    }

    @Override
    public synchronized Optional<ModelVersion> find(String name, int version) {
        return Optional.ofNullable(versions.get(new VersionKey(name, version)));
    }

    @Override
    public synchronized void delete(String name, int version) {
        var deployment = deployments.get(name);
        if (deployment != null && deployment.variant(version).isPresent()) {
            throw new ServingException(
                    ErrorCode.IN_USE, "version %d of '%s' is deployed".formatted(version, name));
        }
        versions.remove(new VersionKey(name, version));
        labelsOf(name).values().removeIf(labelled -> labelled == version);
    }

    @Override
    public synchronized Map<String, Integer> labels(String name) {
        return Map.copyOf(labelsOf(name));
    }

    @Override
    public synchronized void label(String name, String label, int version) {
        if (find(name, version).isEmpty()) {
            throw new ServingException(
                    ErrorCode.MODEL_NOT_FOUND, "'%s' has no version %d".formatted(name, version));
        }
        labelsOf(name).put(label, version);
    }

    @Override
    public synchronized void unlabel(String name, String label) {
        labelsOf(name).remove(label);
    }

    @Override
    public synchronized Optional<Verdict> find(String digest, String runtime) {
        return Optional.ofNullable(verdicts.get(new VerdictKey(digest, runtime)));
    }

    @Override
    public synchronized void save(String digest, String runtime, Verdict verdict) {
        verdicts.put(new VerdictKey(digest, runtime), verdict);
    }

    @Override
    public synchronized Optional<ComparisonState> find(ShadowKey key) {
        return Optional.ofNullable(comparisons.get(key));
    }

    @Override
    public synchronized void save(ShadowKey key, ComparisonState state) {
        if (deployments.containsKey(key.deployment())) {
            comparisons.put(key, state);
        }
    }

    @Override
    public synchronized void add(ShadowKey key, ShadowMinute minute) {
        if (deployments.containsKey(key.deployment())) {
            minutes.computeIfAbsent(key, _ -> new TreeMap<>())
                    .merge(minute.at(), minute, InMemoryStores::sum);
        }
    }

    private static ShadowMinute sum(ShadowMinute known, ShadowMinute more) {
        return new ShadowMinute(
                known.at(),
                known.rows() + more.rows(),
                known.agreed() + more.agreed(),
                known.failed() + more.failed(),
                known.dropped() + more.dropped(),
                known.primaryP50(),
                known.primaryP99(),
                known.shadowP50(),
                known.shadowP99());
    }

    @Override
    public synchronized List<ShadowMinute> minutes(ShadowKey key, Instant from) {
        var known = minutes.get(key);
        return known == null ? List.of() : List.copyOf(known.tailMap(from).values());
    }

    @Override
    public synchronized void forgetMinutes(Instant before) {
        minutes.values().forEach(known -> known.headMap(before).clear());
    }

    @Override
    public synchronized void delete(ShadowKey key) {
        comparisons.remove(key);
        minutes.remove(key);
    }

    private void add(Revision revision) {
        var known = revisions.computeIfAbsent(revision.deployment(), _ -> new ArrayList<>());
        if (known.stream().anyMatch(other -> other.number() == revision.number())) {
            throw conflict(
                    "revision %d of '%s'".formatted(revision.number(), revision.deployment()));
        }
        known.add(stored(revision));
        known.sort(Comparator.comparingLong(Revision::number));
    }

    private Map<String, Integer> labelsOf(String name) {
        return labels.computeIfAbsent(name, _ -> new HashMap<>());
    }

    private static ServingException conflict(String what) {
        return new ServingException(ErrorCode.CONFLICT, what + " exists already");
    }

    private static ModelVersion stored(ModelVersion version) {
        return new ModelVersion(
                version.name(),
                version.version(),
                version.digest(),
                version.sizeBytes(),
                version.sourceUri(),
                version.metadata(),
                stored(version.registeredAt()));
    }

    private static DeploymentRecord stored(DeploymentRecord deployment) {
        return new DeploymentRecord(
                deployment.name(),
                deployment.variants(),
                deployment.revision(),
                stored(deployment.updatedAt()));
    }

    private static Revision stored(Revision revision) {
        return new Revision(
                revision.deployment(),
                revision.number(),
                revision.action(),
                revision.version(),
                revision.digest(),
                revision.variants(),
                revision.actor(),
                revision.reason(),
                stored(revision.at()));
    }

    private static Instant stored(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MICROS);
    }

    private record VersionKey(String name, int version) {}

    private record VerdictKey(String digest, String runtime) {}
}
