package io.matih.inference.server.deployment;

import io.matih.inference.engine.deployment.DeploymentSpec;
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
                    "traffic.weight",
                    "traffic.percent",
                    "traffic.gate",
                    "config.sequence_batching",
                    "config.ensemble_scheduling",
                    "config.optimization",
                    "config.version_policy",
                    "config.model_warmup.inputs");

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern REVISION = Pattern.compile("\"?([0-9]{1,18})\"?");

    private DeployCodec() {}

    static DeployRequest read(byte[] body) {
        var request = JsonBody.read(body, DeployRequest.class, FUTURE);
        if (request.traffic() != null && !request.traffic().mode().equals("primary")) {
            throw new ServingException(
                    ErrorCode.UNSUPPORTED,
                    "traffic.mode '%s' is not supported by this version; use 'primary'"
                            .formatted(ServingException.clip(request.traffic().mode())),
                    new ErrorDetail(
                            "traffic.mode",
                            "primary",
                            ServingException.clip(request.traffic().mode())));
        }
        return request;
    }

    /// @param ifMatch the `If-Match` header
    static DeploymentSpec toSpec(DeployRequest request, @Nullable String ifMatch, String actor) {
        ModelName.require(request.name(), "name");
        return new DeploymentSpec(
                request.name(),
                source(request.source()),
                Versions.read(request.version(), "version"),
                request.backend(),
                request.config() == null ? null : ConfigCodec.toConfig(request.config()),
                Objects.requireNonNullElse(request.features(), Map.of()),
                Boolean.TRUE.equals(request.pin()),
                Boolean.TRUE.equals(request.replace()),
                revision(ifMatch),
                actor);
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

    private static @Nullable Long revision(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return null;
        }
        var matcher = REVISION.matcher(ifMatch);
        if (!matcher.matches()) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "If-Match '%s' is not a revision number in quotes"
                            .formatted(ServingException.clip(ifMatch)),
                    new ErrorDetail("If-Match", "\"7\"", ServingException.clip(ifMatch)));
        }
        return Long.valueOf(matcher.group(1));
    }
}
