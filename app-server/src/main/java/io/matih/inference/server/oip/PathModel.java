package io.matih.inference.server.oip;

import io.javalin.http.Context;
import io.matih.inference.engine.model.ModelName;
import io.matih.inference.server.http.DirectExchange;
import io.matih.inference.server.inference.RequestTarget;
import io.matih.inference.server.json.Versions;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.regex.Pattern;

/// The model, and where it is given the version, that a path names: `/v2/models/{model}` and
/// `/v2/models/{model}/versions/{version}`.
final class PathModel {
    private static final String MODEL = "model";
    private static final String VERSION = "version";
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+");

    private PathModel() {}

    static RequestTarget of(DirectExchange exchange) {
        return target(Objects.requireNonNull(exchange.path(MODEL)), exchange.path(VERSION));
    }

    static RequestTarget of(Context ctx) {
        return target(ctx.pathParam(MODEL), ctx.pathParamMap().get(VERSION));
    }

    private static RequestTarget target(String model, @Nullable String version) {
        return new RequestTarget(
                ModelName.require(model, MODEL), version == null ? null : version(version));
    }

    /// @throws io.matih.inference.engine.error.ServingException `INVALID_PARAMETER` for a number
    ///   that is no version's, `INVALID_NAME` for what is no label either
    private static String version(String version) {
        return NUMBER.matcher(version).matches()
                ? Integer.toString(Versions.parse(version, VERSION))
                : ModelName.require(version, VERSION);
    }
}
