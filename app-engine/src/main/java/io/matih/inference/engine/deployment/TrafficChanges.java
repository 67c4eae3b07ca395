package io.matih.inference.engine.deployment;

import io.matih.inference.engine.deployment.Variant.Role;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.engine.serving.Servable;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Changes of who answers that bring no new model: promote, roll back, share out, withdraw. Each is
/// one step for requests and one revision. Whoever runs one holds the name's lock, and retires what
/// it returns.
final class TrafficChanges {
    private final ModelVersionStore versions;
    private final DeploymentStore deployments;
    private final ModelLoader loader;
    private final Switchover switchover;

    TrafficChanges(
            ModelVersionStore versions,
            DeploymentStore deployments,
            ModelLoader loader,
            Switchover switchover) {
        this.versions = versions;
        this.deployments = deployments;
        this.loader = loader;
        this.switchover = switchover;
    }

    /// Makes a canary the stable version, which takes all requests.
    ///
    /// @param version absent: the only canary
    List<DeployedVersion> promote(Deployment entry, @Nullable Integer version, Change change) {
        var record = requireServing(entry);
        change.requireSeen(entry.name(), record);
        var promoted = deployed(entry, version == null ? onlyCandidate(record) : version);
        if (promoted.variant().role() == Role.STABLE) {
            throw conflict(
                    "version",
                    "version %d of '%s' is the stable one already"
                            .formatted(promoted.variant().version(), entry.name()));
        }
        promoted.cached().load(null);
        var policy = promoted.variant().shadow();
        var next =
                policy == null || policy.watching() || policy.gate().rollbackWindow().isZero()
                        ? Shares.only(promoted)
                        : Shares.watched(promoted, entry.deployed().getFirst(), policy);
        return switchover.run(entry, next, null, Revision.Action.PROMOTE, change);
    }

    private static int onlyCandidate(DeploymentRecord record) {
        var candidates = record.canaries().isEmpty() ? record.shadows() : record.canaries();
        if (candidates.size() == 1) {
            return candidates.getFirst().version();
        }
        throw conflict(
                "version",
                candidates.isEmpty()
                        ? "'%s' has no canary or shadow to promote; deploy one with traffic {\"mode\":\"canary\",\"weight\":10}"
                                .formatted(record.name())
                        : "'%s' has several that could be promoted; name one of %s"
                                .formatted(
                                        record.name(),
                                        candidates.stream()
                                                .map(other -> Integer.toString(other.version()))
                                                .collect(Collectors.joining(", "))));
    }

    /// Makes the version that watches its successor the stable one again.
    List<DeployedVersion> bringBackWatcher(Deployment entry, int version, Change change) {
        var watcher = deployed(entry, version);
        watcher.cached().load(null);
        return switchover.run(entry, Shares.only(watcher), null, Revision.Action.ROLLBACK, change);
    }

    /// Sets every version's share.
    ///
    /// @param weights percent by version number or label; versions that are left out get none
    List<DeployedVersion> share(Deployment entry, Map<String, Integer> weights, Change change) {
        var record = requireServing(entry);
        change.requireSeen(entry.name(), record);
        var byVersion = new TreeMap<Integer, Integer>();
        for (var weight : weights.entrySet()) {
            var named = entry.named(weight.getKey()).variant().version();
            if (byVersion.put(named, requireShare(weight.getKey(), weight.getValue())) != null) {
                throw wrong(
                        "traffic.weights",
                        "each version once",
                        "version %d is named twice".formatted(named));
            }
        }
        int sum = byVersion.values().stream().mapToInt(Integer::intValue).sum();
        if (sum != Variant.ALL) {
            throw wrong("traffic.weights", "weights that add up to 100", "a sum of " + sum);
        }
        var next = new ArrayList<DeployedVersion>();
        for (var deployed : entry.deployed()) {
            var variant = deployed.variant();
            int share = byVersion.getOrDefault(variant.version(), 0);
            if (variant.role() == Role.SHADOW) {
                if (share != 0) {
                    throw wrong(
                            "traffic.weights",
                            "no share for a shadow; deploy version %d as a canary, or promote it"
                                    .formatted(variant.version()),
                            share + " for version " + variant.version());
                }
                next.add(deployed);
                continue;
            }
            next.add(deployed.as(variant.as(variant.role(), share)));
        }
        return next.equals(entry.deployed())
                ? List.of()
                : switchover.run(entry, next, null, Revision.Action.TRAFFIC, change);
    }

    private static int requireShare(String version, int weight) {
        if (weight < 0 || weight > Variant.ALL) {
            throw wrong(
                    "traffic.weights." + ServingException.clip(version),
                    "0 to 100",
                    Integer.toString(weight));
        }
        return weight;
    }

    /// Takes a canary or shadow away; the stable version gets its share.
    List<DeployedVersion> withdraw(Deployment entry, int version, Change change) {
        requireServing(entry);
        var withdrawn = deployed(entry, version);
        if (withdrawn.variant().role() == Role.STABLE) {
            throw conflict(
                    "version",
                    "version %d of '%s' is the stable one and has others beside it; promote one first, or undeploy without a version"
                            .formatted(version, entry.name()));
        }
        return switchover.run(
                entry,
                Shares.without(entry.deployed(), version),
                null,
                Revision.Action.WITHDRAW,
                change);
    }

    /// Goes back. Without a revision: takes the canaries away where there are any, else brings back
    /// the version that was stable before this one.
    ///
    /// @param number of the revision whose versions and shares are to be there again
    List<DeployedVersion> rollBack(Deployment entry, @Nullable Long number, Change change) {
        var record = requireRemembered(entry);
        change.requireSeen(entry.name(), record);
        return number == null && !record.canaries().isEmpty() && !entry.deployed().isEmpty()
                ? switchover.run(
                        entry,
                        Shares.withoutCanaries(entry.deployed()),
                        null,
                        Revision.Action.ROLLBACK,
                        change)
                : bringBack(entry, target(record, number), change);
    }

    private List<Variant> target(DeploymentRecord record, @Nullable Long number) {
        var earlier =
                deployments.revisions(record.name()).stream()
                        .filter(revision -> revision.number() < record.revision())
                        .toList();
        if (number == null) {
            return earlier.stream()
                    .flatMap(revision -> revision.variants().stream().limit(1))
                    .filter(stable -> stable.version() != record.stable().version())
                    .findFirst()
                    .map(stable -> List.of(stable.as(Role.STABLE, Variant.ALL)))
                    .orElseThrow(
                            () ->
                                    conflict(
                                            "revision",
                                            "'%s' has had no other version than %d to go back to"
                                                    .formatted(
                                                            record.name(),
                                                            record.stable().version())));
        }
        var revision =
                earlier.stream()
                        .filter(known -> known.number() == number)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        wrong(
                                                "revision",
                                                "an earlier revision of '%s', before %d"
                                                        .formatted(
                                                                record.name(), record.revision()),
                                                Long.toString(number)));
        if (revision.variants().isEmpty()) {
            throw conflict(
                    "revision",
                    "revision %d of '%s' has no versions to go back to: it was an undeploy, or is from before they were kept"
                            .formatted(number, record.name()));
        }
        return revision.variants();
    }

    private List<DeployedVersion> bringBack(Deployment entry, List<Variant> wanted, Change change) {
        var next = new ArrayList<DeployedVersion>();
        var prepared = new ArrayList<DeployedVersion>();
        try {
            for (var variant : wanted) {
                var there =
                        entry.deployed().stream()
                                .filter(deployed -> deployed.variant().isLoadedLike(variant))
                                .findFirst();
                if (there.isPresent()) {
                    next.add(there.get().as(variant));
                } else {
                    prepared.add(prepare(entry, variant));
                    next.add(prepared.getLast());
                }
            }
            for (var version : next) {
                version.cached()
                        .load(
                                entry.deployed().isEmpty()
                                        ? null
                                        : entry.deployed().getFirst().cached());
            }
            return switchover.run(entry, next, null, Revision.Action.ROLLBACK, change);
        } catch (ServingException e) {
            prepared.forEach(loader::retire);
            throw e;
        }
    }

    private DeployedVersion prepare(Deployment entry, Variant variant) {
        var version =
                versions.find(entry.name(), variant.version())
                        .orElseThrow(
                                () ->
                                        conflict(
                                                "revision",
                                                "version %d of '%s' was deleted; deploy it again"
                                                        .formatted(
                                                                variant.version(), entry.name())));
        return loader.prepare(version, variant, entry::loading);
    }

    private static DeploymentRecord requireServing(Deployment entry) {
        var record = requireRemembered(entry);
        if (entry.deployed().isEmpty()) {
            throw new ServingException(
                    ErrorCode.MODEL_NOT_READY, "model '%s' is not ready".formatted(entry.name()));
        }
        return record;
    }

    private static DeploymentRecord requireRemembered(Deployment entry) {
        var record = entry.record();
        if (record == null) {
            throw Servable.notFound(entry.name(), null);
        }
        return record;
    }

    private static DeployedVersion deployed(Deployment entry, int version) {
        return entry.deployed().stream()
                .filter(deployed -> deployed.variant().version() == version)
                .findFirst()
                .orElseThrow(() -> Servable.notFound(entry.name(), Integer.toString(version)));
    }

    private static ServingException conflict(String field, String message) {
        return new ServingException(
                ErrorCode.CONFLICT, message, new ErrorDetail(field, null, null));
    }

    private static ServingException wrong(String field, String expected, String actual) {
        return new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "%s: expected %s, got %s".formatted(field, expected, actual),
                new ErrorDetail(field, expected, actual));
    }
}
