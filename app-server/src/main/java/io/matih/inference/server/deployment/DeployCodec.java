package io.matih.inference.server.deployment;

import io.matih.inference.engine.deployment.Change;
import io.matih.inference.engine.deployment.DeploymentSpec;
import io.matih.inference.engine.deployment.TrafficMode;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.model.ModelName;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.server.api.DeployRequest;
import io.matih.inference.server.json.JsonBody;
import io.matih.inference.server.json.Versions;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/// Deploy's request, from the wire to what the engine is asked for.
final class DeployCodec {
    /// Fields of the contract that this version does not serve yet.
    private static final Set<String> FUTURE =
            Set.of(
                    "ensemble",
                    "config.sequence_batching",
                    "config.ensemble_scheduling",
                    "config.optimization",
                    "config.version_policy",
                    "config.model_warmup.inputs");

    private static final int ALL = 100;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private DeployCodec() {}

    static DeployRequest read(byte[] body) {
        return JsonBody.read(body, DeployRequest.class, FUTURE);
    }

    static DeploymentSpec toSpec(DeployRequest request, Change change) {
        ModelName.require(request.name(), "name");
        return new DeploymentSpec(
                request.name(),
                source(request.source()),
                Versions.read(request.version(), "version"),
                request.backend(),
                request.config() == null ? null : ConfigCodec.toConfig(request.config()),
                Objects.requireNonNullElse(request.features(), Map.of()),
                traffic(request.traffic()),
                Boolean.TRUE.equals(request.pin()),
                Boolean.TRUE.equals(request.replace()),
                change);
    }

    private static TrafficMode traffic(DeployRequest.@Nullable Traffic traffic) {
        if (traffic == null) {
            return new TrafficMode.Primary();
        }
        var weight = traffic.weight();
        requireMeant(traffic);
        return switch (traffic.mode()) {
            case "primary" -> {
                if (weight != null && weight != ALL) {
                    throw wrong(
                            "traffic.weight",
                            "100, or none: a primary version takes everything",
                            weight.toString());
                }
                yield new TrafficMode.Primary();
            }
            case "canary" -> {
                if (weight == null || weight < 0 || weight > ALL) {
                    throw wrong("traffic.weight", "percent from 0 to 100", String.valueOf(weight));
                }
                yield new TrafficMode.Canary(weight);
            }
            case "shadow" -> {
                if (weight != null && weight != 0) {
                    throw wrong(
                            "traffic.weight",
                            "0, or none: a shadow answers nobody; traffic.percent says how much it gets a copy of",
                            weight.toString());
                }
                yield new TrafficMode.Shadow(ShadowCodec.toPolicy(traffic));
            }
            default ->
                    throw wrong(
                            "traffic.mode",
                            "one of primary, canary, shadow",
                            ServingException.clip(traffic.mode()));
        };
    }

    /// What only a shadow has must not be passed over silently.
    private static void requireMeant(DeployRequest.Traffic traffic) {
        if (traffic.mode().equals("shadow")) {
            return;
        }
        var field =
                traffic.percent() != null
                        ? "percent"
                        : traffic.gate() != null
                                ? "gate"
                                : traffic.comparators() != null
                                        ? "comparators"
                                        : traffic.redact() != null ? "redact" : null;
        if (field != null) {
            throw wrong(
                    "traffic." + field,
                    "nothing: only traffic.mode shadow has it",
                    "mode " + ServingException.clip(traffic.mode()));
        }
    }

    private static ServingException wrong(String field, String expected, String actual) {
        return new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "%s: expected %s, got %s".formatted(field, expected, actual),
                new ErrorDetail(field, expected, actual));
    }

    private static ModelSource source(DeployRequest.Source source) {
        var sha256 = source.sha256();
        if (sha256 != null && !SHA256.matcher(sha256).matches()) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "source.sha256 '%s' is not 64 lower-case hex digits"
                            .formatted(ServingException.clip(sha256)),
                    new ErrorDetail(
                            "source.sha256",
                            "64 lower-case hex digits",
                            ServingException.clip(sha256)));
        }
        var format = source.format() == null ? null : ModelFormat.of(source.format());
        return new ModelSource(source.uri(), sha256, format);
    }
}
