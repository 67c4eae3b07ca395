package io.matih.inference.engine.deployment;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// Where the requests of one deployment go. Computed when the deployment changes, immutable, and
/// read by every request without a lock.
///
/// A request that names no version falls on one of 10,000 places: by its route key, the same place
/// each time, or by chance. The canaries have the places from 0 up, each as many as its weight, and
/// the stable version has the rest, so that a canary that is given more keeps those it had.
final class Plan {
    private static final int PLACES = 10_000;
    private static final int PLACES_PER_PERCENT = PLACES / Variant.ALL;
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final List<DeployedVersion> versions;
    private final Map<String, DeployedVersion> named = new HashMap<>();
    private final DeployedVersion[] choices;
    private final int[] ends;
    private final long seed;

    /// @param versions the stable one first
    /// @param labels versions by the labels that operators gave them
    Plan(String deployment, List<DeployedVersion> versions, Map<String, Integer> labels) {
        this.versions = List.copyOf(versions);
        seed = mix(FNV_BASIS, deployment);
        var sharing = new ArrayList<DeployedVersion>();
        for (var canary : this.versions.subList(1, versions.size())) {
            if (canary.variant().weight() > 0) {
                sharing.add(canary);
            }
        }
        sharing.add(stable());
        choices = sharing.toArray(DeployedVersion[]::new);
        ends = new int[choices.length];
        int end = 0;
        for (int i = 0; i < choices.length - 1; i++) {
            end += choices[i].variant().weight() * PLACES_PER_PERCENT;
            ends[i] = end;
        }
        ends[choices.length - 1] = PLACES;
        for (var version : this.versions) {
            named.put(Integer.toString(version.version().version()), version);
            named.put(version.variant().role().label(), version);
        }
        labels.forEach(
                (label, number) -> {
                    var labelled = named.get(Integer.toString(number));
                    if (labelled == null) {
                        named.remove(label);
                    } else {
                        named.put(label, labelled);
                    }
                });
    }

    DeployedVersion stable() {
        return versions.getFirst();
    }

    /// The stable one first.
    List<DeployedVersion> versions() {
        return versions;
    }

    /// Where a request without a version goes.
    ///
    /// @param routeKey requests with the same key go the same way; absent: by chance
    DeployedVersion choose(@Nullable String routeKey) {
        if (choices.length == 1) {
            return choices[0];
        }
        int place =
                routeKey == null ? ThreadLocalRandom.current().nextInt(PLACES) : place(routeKey);
        int i = 0;
        while (place >= ends[i]) {
            i++;
        }
        return choices[i];
    }

    /// The version that a number or a label means; absent where it is not deployed.
    @Nullable DeployedVersion named(String version) {
        return named.get(version);
    }

    /// FNV-1a over the key's characters after the deployment's name, so that two deployments don't
    /// pick the same users, finished as in SplitMix64 because FNV's low bits are weak.
    private int place(String routeKey) {
        long hash = mix(seed, routeKey);
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return (int) Long.remainderUnsigned(hash ^ (hash >>> 31), PLACES);
    }

    private static long mix(long hash, String text) {
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        // Ends the text: "ab" before "c" is not "a" before "bc".
        return (hash ^ 0xffff) * FNV_PRIME;
    }
}
