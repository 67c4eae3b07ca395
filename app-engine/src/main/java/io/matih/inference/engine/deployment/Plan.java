package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.Places;
import io.matih.inference.engine.shadow.ShadowMirror;
import io.matih.inference.engine.shadow.ShadowStanding;
import io.matih.inference.engine.telemetry.FailureReason;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where the requests of one deployment go. Computed when the deployment changes, immutable, and
/// read by every request without a lock.
///
/// A request that names no version falls on one of 10,000 places: by its route key, the same place
/// each time, or by chance. The canaries have the places from 0 up, each as many as its weight, and
/// the stable version has the rest, so that a canary that is given more keeps those it had.
final class Plan {
    private final List<DeployedVersion> versions;
    private final Map<String, DeployedVersion> named = new HashMap<>();
    private final DeployedVersion[] choices;
    private final int[] ends;
    private final long seed;
    private final ShadowMirror[] mirrors;

    /// @param versions the stable one first
    /// @param labels versions by the labels that operators gave them
    /// @param mirrors the ways to its shadows
    Plan(
            String deployment,
            List<DeployedVersion> versions,
            Map<String, Integer> labels,
            List<ShadowMirror> mirrors) {
        this.mirrors = mirrors.toArray(ShadowMirror[]::new);
        this.versions = List.copyOf(versions);
        seed = Places.seed(deployment);
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
            end += choices[i].variant().weight() * Places.PER_PERCENT;
            ends[i] = end;
        }
        ends[choices.length - 1] = Places.ALL;
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

    /// How a shadow stands; absent of a version that is none.
    @Nullable ShadowStanding standing(int version) {
        for (var mirror : mirrors) {
            if (mirror.key().shadow() == version) {
                return mirror.standing();
            }
        }
        return null;
    }

    List<ShadowMirror> mirrors() {
        return List.of(mirrors);
    }

    /// The answer to a request has left: the shadows get a copy of what the stable version was
    /// asked.
    void sent(InferenceRequest request, InferenceResponse response) {
        if (mirrors.length > 0 && response.version() == stable().version().version()) {
            for (var mirror : mirrors) {
                mirror.answered(request, response);
            }
        }
    }

    /// Whether somebody wants to know of the failures of this version.
    boolean isMirrored(DeployedVersion version) {
        return mirrors.length > 0 && version.variant().role() == Variant.Role.STABLE;
    }

    /// The stable version has not answered a request.
    void failed(ErrorCode code) {
        switch (FailureReason.of(code)) {
            case TIMEOUT, BACKEND, OTHER -> {
                for (var mirror : mirrors) {
                    mirror.primaryFailed();
                }
            }
            case INVALID, REJECTED, CANCELED -> {
                // Nobody has asked it anything that it could have answered.
            }
        }
    }

    /// Where a request without a version goes.
    ///
    /// @param routeKey requests with the same key go the same way; absent: by chance
    DeployedVersion choose(@Nullable String routeKey) {
        if (choices.length == 1) {
            return choices[0];
        }
        int place = Places.of(seed, routeKey);
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
}
