package io.matih.inference.engine.deployment;

import io.matih.inference.engine.deployment.Variant.Role;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.shadow.ShadowPolicy;

import java.util.ArrayList;
import java.util.List;

/// Shares out the requests of a deployment among its versions.
final class Shares {
    private Shares() {}

    /// One version for everything.
    static List<DeployedVersion> only(DeployedVersion version) {
        return List.of(version.as(version.variant().as(Role.STABLE, Variant.ALL)));
    }

    /// Another canary, or one with another share; the stable version has what is left.
    static List<DeployedVersion> withCanary(
            List<DeployedVersion> deployed, DeployedVersion canary, int weight) {
        var next = new ArrayList<>(without(deployed, canary.variant().version()));
        next.add(canary.as(canary.variant().as(Role.CANARY, weight)));
        return rest(next);
    }

    /// Another shadow, or one that is judged otherwise.
    static List<DeployedVersion> withShadow(
            List<DeployedVersion> deployed, DeployedVersion shadow, ShadowPolicy policy) {
        var next = new ArrayList<>(without(deployed, shadow.variant().version()));
        next.add(shadow.as(shadow.variant().shadowing(policy)));
        return rest(next);
    }

    /// One version for everything, watched by the one whose place it takes.
    static List<DeployedVersion> watched(
            DeployedVersion successor, DeployedVersion before, ShadowPolicy policy) {
        return withShadow(only(successor), before, policy.watch());
    }

    /// No canaries.
    static List<DeployedVersion> withoutCanaries(List<DeployedVersion> deployed) {
        return rest(
                deployed.stream()
                        .filter(version -> version.variant().role() != Role.CANARY)
                        .toList());
    }

    /// One canary or shadow less.
    static List<DeployedVersion> without(List<DeployedVersion> deployed, int version) {
        return rest(
                deployed.stream()
                        .filter(
                                other ->
                                        other.variant().role() == Role.STABLE
                                                || other.variant().version() != version)
                        .toList());
    }

    private static List<DeployedVersion> rest(List<DeployedVersion> deployed) {
        int taken = 0;
        for (var other : deployed.subList(1, deployed.size())) {
            taken += other.variant().weight();
        }
        var stable = deployed.getFirst();
        var next = new ArrayList<>(deployed);
        next.set(0, stable.as(stable.variant().as(Role.STABLE, Variant.ALL - taken)));
        return next;
    }

    /// @param weight what a canary is to have
    /// @throws ServingException `INVALID_PARAMETER` where the others leave less
    static void requireRoom(DeploymentRecord record, int version, int weight) {
        int others =
                record.canaries().stream()
                        .filter(canary -> canary.version() != version)
                        .mapToInt(Variant::weight)
                        .sum();
        if (others + weight > Variant.ALL) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "traffic.weight: %d is too much; the other canaries of '%s' leave %d of 100"
                            .formatted(weight, record.name(), Variant.ALL - others),
                    new ErrorDetail(
                            "traffic.weight",
                            "0 to " + (Variant.ALL - others),
                            Integer.toString(weight)));
        }
    }
}
