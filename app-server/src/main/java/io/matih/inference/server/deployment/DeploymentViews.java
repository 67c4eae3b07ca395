package io.matih.inference.server.deployment;

import io.matih.inference.engine.cache.CacheStatus.ModelUse;
import io.matih.inference.engine.deployment.DeploymentRecord;
import io.matih.inference.engine.deployment.DeploymentState;
import io.matih.inference.engine.deployment.DeploymentStatus;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.server.api.DeploymentView;
import io.matih.inference.server.api.DeploymentView.Stats;
import io.matih.inference.server.api.DeploymentView.Variant;
import io.matih.inference.server.model.ModelViews;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Deployments as the wire shows them.
final class DeploymentViews {
    private static final String STABLE = "stable";
    private static final int ALL_TRAFFIC = 100;

    private DeploymentViews() {}

    static DeploymentView view(DeploymentStatus status) {
        var record = status.record();
        var version = record == null ? null : Integer.toString(record.version());
        var metadata = status.version() == null ? null : status.version().metadata();
        return new DeploymentView(
                status.name(),
                status.name(),
                version,
                record == null ? null : record.backend(),
                state(status.state()),
                reason(status.state()),
                status.lastFailure(),
                record == null ? 0 : record.revision(),
                version == null ? List.of() : List.of(new Variant(version, STABLE, ALL_TRAFFIC)),
                status.resident() == null ? 0 : status.resident().instances(),
                status.resident() == null ? null : status.resident().device(),
                status.resident() == null ? List.of() : status.resident().provider(),
                status.resident() == null ? 0 : status.resident().queueDepth(),
                memory(status.cache()),
                new DeploymentView.Cache(
                        status.resident() != null,
                        record != null && record.pinned(),
                        status.cache() == null ? null : status.cache().lastUsed()),
                stats(status.traffic()),
                metadata == null || record == null
                        ? null
                        : ModelViews.signature(record.config().seen(metadata)),
                record == null ? Map.of() : record.features(),
                findings(metadata, record),
                record == null ? null : ConfigCodec.toWire(record.config()),
                record == null ? null : record.updatedAt());
    }

    private static DeploymentView.Memory memory(@Nullable ModelUse use) {
        return use == null
                ? new DeploymentView.Memory(0, false)
                : new DeploymentView.Memory(use.footprint().total(), use.footprint().measured());
    }

    private static List<DeploymentView.Finding> findings(
            @Nullable ModelMetadata metadata, @Nullable DeploymentRecord record) {
        return Stream.concat(
                        metadata == null ? Stream.of() : metadata.findings().stream(),
                        record == null ? Stream.of() : record.config().findings().stream())
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
