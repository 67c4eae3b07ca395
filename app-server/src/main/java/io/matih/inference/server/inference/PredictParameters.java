package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.serving.CacheMode;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// The request's `parameters`.
///
/// @param timeout absent: the model's default
/// @param priority 0: the model's default
/// @param cache what the request wants of the response cache
/// @param routeKey requests with the same key go to the same variant; absent: by chance
/// @param nonFiniteAsStrings whether NaN and the infinities may stand in JSON as strings
/// @param binaryOutput whether outputs go out in binary that do not say otherwise
record PredictParameters(
        @Nullable Duration timeout,
        int priority,
        CacheMode cache,
        @Nullable String routeKey,
        boolean nonFiniteAsStrings,
        boolean binaryOutput) {
    static final PredictParameters NONE =
            new PredictParameters(null, 0, CacheMode.USE, null, false, false);

    private static final List<String> KNOWN =
            List.of(
                    "priority",
                    "timeout",
                    "cache",
                    "route_key",
                    "binary_data_output",
                    "non_finite");

    static PredictParameters read(JsonInput in, InferenceLimits limits, UnknownParameters unknown) {
        Duration timeout = null;
        int priority = 0;
        var cache = CacheMode.USE;
        String routeKey = null;
        boolean nonFinite = false;
        boolean binary = false;
        var fields =
                new ObjectFields(
                        in,
                        KNOWN,
                        ErrorCode.INVALID_PARAMETER,
                        (path, name) -> unknown.meet(path, name, KNOWN));
        for (var field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "timeout" -> timeout = timeout(in, limits);
                case "non_finite" -> nonFinite = nonFinite(in);
                case "priority" -> priority = priority(in);
                case "cache" -> cache = cache(in);
                case "route_key" -> routeKey = routeKey(in);
                default -> binary = in.requireBoolean(ErrorCode.INVALID_PARAMETER);
            }
        }
        return new PredictParameters(timeout, priority, cache, routeKey, nonFinite, binary);
    }

    private static @Nullable Duration timeout(JsonInput in, InferenceLimits limits) {
        long most = limits.maxTimeout().toNanos() / 1000;
        long micros =
                in.requireLong(
                        ErrorCode.INVALID_PARAMETER,
                        0,
                        most,
                        "microseconds from 0 to %d".formatted(most));
        return micros == 0 ? null : Duration.of(micros, ChronoUnit.MICROS);
    }

    private static boolean nonFinite(JsonInput in) {
        if (!in.requireString(ErrorCode.INVALID_PARAMETER, "\"string\"").equals("string")) {
            throw in.wrong(ErrorCode.INVALID_PARAMETER, "\"string\"");
        }
        return true;
    }

    private static int priority(JsonInput in) {
        return (int)
                in.requireLong(
                        ErrorCode.INVALID_PARAMETER, 0, Integer.MAX_VALUE, "an integer from 0");
    }

    private static CacheMode cache(JsonInput in) {
        var expected = "one of use, bypass, refresh";
        return switch (in.requireString(ErrorCode.INVALID_PARAMETER, expected)) {
            case "use" -> CacheMode.USE;
            case "bypass" -> CacheMode.BYPASS;
            case "refresh" -> CacheMode.REFRESH;
            default -> throw in.wrong(ErrorCode.INVALID_PARAMETER, expected);
        };
    }

    private static String routeKey(JsonInput in) {
        var key = in.requireString(ErrorCode.INVALID_PARAMETER, RouteKey.ALLOWED);
        if (!RouteKey.isAllowed(key)) {
            throw in.wrong(ErrorCode.INVALID_PARAMETER, RouteKey.ALLOWED);
        }
        return key;
    }
}
