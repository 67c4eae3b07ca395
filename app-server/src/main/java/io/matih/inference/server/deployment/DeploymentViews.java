package io.matih.inference.server.deployment;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.cache.CacheStatus.ModelUse;
import io.matih.inference.engine.deployment.DeploymentState;
import io.matih.inference.engine.deployment.DeploymentStatus;
import io.matih.inference.engine.deployment.DeploymentStatus.VariantStatus;
import io.matih.inference.engine.deployment.Revision;
import io.matih.inference.engine.deployment.Variant;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.server.api.DeploymentView;
import io.matih.inference.server.api.DeploymentView.Stats;
import io.matih.inference.server.api.RevisionList;
import io.matih.inference.server.json.JsonReply;
import io.matih.inference.server.model.ModelViews;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Deployments as the wire shows them.
final class DeploymentViews {
    private DeploymentViews() {}

    /// What is said of a deployment is said of its stable version, but for `variants`.
    static DeploymentView view(DeploymentStatus status) {
        var record = status.record();
        var variant = record == null ? null : record.stable();
        var stable = status.stable().orElse(null);
        var metadata = stable == null ? null : stable.version().metadata();
        var resident = stable == null ? null : stable.resident();
        return new DeploymentView(
                status.name(),
                status.name(),
                variant == null ? null : Integer.toString(variant.version()),
                variant == null ? null : variant.backend(),
                state(status.state()),
                reason(status.state()),
                status.lastFailure(),
                record == null ? 0 : record.revision(),
                status.variants().stream()
                        .filter(version -> version.standing() == null)
                        .map(DeploymentViews::variant)
                        .toList(),
                status.variants().stream()
                        .flatMap(version -> ShadowViews.brief(version).stream())
                        .toList(),
                resident == null ? 0 : resident.instances(),
                resident == null ? null : resident.device(),
                resident == null ? List.of() : resident.provider(),
                resident == null ? 0 : resident.queueDepth(),
                memory(stable == null ? null : stable.cache()),
                new DeploymentView.Cache(
                        resident != null,
                        variant != null && variant.pinned(),
                        stable == null ? null : stable.cache().lastUsed()),
                stats(stable == null ? null : stable.traffic()),
                metadata == null || variant == null
                        ? null
                        : ModelViews.signature(variant.config().seen(metadata)),
                variant == null ? Map.of() : variant.features(),
                findings(metadata, variant),
                variant == null ? null : ConfigCodec.toWire(variant.config()),
                record == null ? null : record.updatedAt());
    }

    private static DeploymentView.Variant variant(VariantStatus serving) {
        var variant = serving.variant();
        return new DeploymentView.Variant(
                Integer.toString(variant.version()),
                variant.role().label(),
                variant.weight(),
                state(serving.state()),
                reason(serving.state()),
                stats(serving.traffic()));
    }

    static RevisionList.Revision revision(Revision revision) {
        return new RevisionList.Revision(
                revision.number(),
                revision.action().name(),
                revision.version() == null ? null : revision.version().toString(),
                revision.digest(),
                revision.variants().stream()
                        .map(
                                variant ->
                                        new RevisionList.Share(
                                                Integer.toString(variant.version()),
                                                variant.role().label(),
                                                variant.weight()))
                        .toList(),
                revision.actor(),
                revision.reason(),
                revision.at());
    }

    static void reply(Context ctx, HttpStatus code, DeploymentStatus status) {
        if (status.record() != null) {
            ctx.header("ETag", "\"" + status.record().revision() + "\"");
        }
        JsonReply.send(ctx, code, view(status));
    }

    private static DeploymentView.Memory memory(@Nullable ModelUse use) {
        return use == null
                ? new DeploymentView.Memory(0, false)
                : new DeploymentView.Memory(use.footprint().total(), use.footprint().measured());
    }

    private static List<DeploymentView.Finding> findings(
            @Nullable ModelMetadata metadata, @Nullable Variant variant) {
        return Stream.concat(
                        metadata == null ? Stream.of() : metadata.findings().stream(),
                        variant == null ? Stream.of() : variant.config().findings().stream())
                .map(ModelViews::finding)
                .toList();
    }

    /// Triton's words.
    static String state(DeploymentState state) {
        return switch (state) {
            case DeploymentState.Loading _ -> "LOADING";
            case DeploymentState.Ready _ -> "READY";
            case DeploymentState.Evicted _ -> "EVICTED";
            case DeploymentState.Unloading _ -> "UNLOADING";
            case DeploymentState.Unavailable _ -> "UNAVAILABLE";
        };
    }

    private static String reason(DeploymentState state) {
        return switch (state) {
            case DeploymentState.Loading(var step) -> step;
            case DeploymentState.Unavailable(var code, var reason) -> code + ": " + reason;
            case DeploymentState.Evicted _ -> "not in memory; the next request loads it";
            case DeploymentState.Ready _, DeploymentState.Unloading _ -> "";
        };
    }

    private static @Nullable Double latency(double millis) {
        return millis == 0 ? null : millis;
    }

    private static Stats stats(ModelMeters.@Nullable Summary traffic) {
        if (traffic == null) {
            return new Stats(0, null, null, null, 0, 0);
        }
        return new Stats(
                traffic.requestsPerSecond(),
                latency(traffic.p50Millis()),
                latency(traffic.p95Millis()),
                latency(traffic.p99Millis()),
                traffic.succeeded() + traffic.failed(),
                traffic.errorRate());
    }
}
