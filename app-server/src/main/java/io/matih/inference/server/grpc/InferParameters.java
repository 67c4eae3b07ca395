package io.matih.inference.server.grpc;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.CacheMode;
import io.matih.inference.server.inference.InferenceLimits;
import io.matih.inference.server.inference.RouteKey;
import io.matih.inference.server.inference.UnknownParameters;
import io.matih.inference.server.proto.InferParameter;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Reads the parameters of one request, of its inputs and of its outputs. For one request.
final class InferParameters {
    /// Asks a stream to say which answer is a request's last. perf_analyzer sets it outside of
    /// streams too.
    private static final String EMPTY_FINAL = "triton_enable_empty_final_response";

    private static final List<String> OF_REQUEST =
            List.of(
                    "priority",
                    "timeout",
                    "cache",
                    RouteKey.NAME,
                    "binary_data_output",
                    EMPTY_FINAL);
    private static final List<String> OF_INPUT = List.of("binary_data_size");
    private static final List<String> OF_OUTPUT = List.of("classification", "binary_data");

    private final InferenceLimits limits;
    private final UnknownParameters unknown;
    private @Nullable Duration timeout;
    private int priority;
    private CacheMode cache = CacheMode.USE;
    private @Nullable String routeKey;

    InferParameters(InferenceLimits limits) {
        this.limits = limits;
        unknown = UnknownParameters.passedOver(limits);
    }

    void readRequest(Map<String, InferParameter> parameters) {
        for (var entry : parameters.entrySet()) {
            var path = "parameters." + ServingException.clip(entry.getKey());
            var value = entry.getValue();
            switch (entry.getKey()) {
                case "timeout" -> timeout = timeout(path, value);
                case "priority" -> priority = (int) integer(path, value, Integer.MAX_VALUE);
                case "cache" -> cache = cache(path, value);
                case RouteKey.NAME -> routeKey = routeKey(path, value);
                case "binary_data_output", EMPTY_FINAL -> bool(path, value);
                default -> pass(path, entry.getKey(), OF_REQUEST);
            }
        }
    }

    void readInput(Supplier<String> field, Map<String, InferParameter> parameters) {
        for (var entry : parameters.entrySet()) {
            var path = field.get() + ".parameters." + ServingException.clip(entry.getKey());
            if (entry.getKey().equals("binary_data_size")) {
                integer(path, entry.getValue(), Long.MAX_VALUE);
            } else {
                pass(path, entry.getKey(), OF_INPUT);
            }
        }
    }

    /// @return how many classes are wanted; 0 for the tensor itself
    int readOutput(Supplier<String> field, Map<String, InferParameter> parameters) {
        int classes = 0;
        for (var entry : parameters.entrySet()) {
            var path = field.get() + ".parameters." + ServingException.clip(entry.getKey());
            switch (entry.getKey()) {
                case "classification" ->
                        classes = (int) integer(path, entry.getValue(), limits.maxClasses());
                case "binary_data" -> bool(path, entry.getValue());
                default -> pass(path, entry.getKey(), OF_OUTPUT);
            }
        }
        return classes;
    }

    /// Absent: the model's default.
    @Nullable Duration timeout() {
        return timeout;
    }

    int priority() {
        return priority;
    }

    CacheMode cache() {
        return cache;
    }

    /// Absent: by chance.
    @Nullable String routeKey() {
        return routeKey;
    }

    private void pass(String path, String name, List<String> known) {
        var refusal = unknown.meet(path, name, known);
        if (refusal != null) {
            throw refusal;
        }
    }

    private @Nullable Duration timeout(String path, InferParameter value) {
        long micros = integer(path, value, limits.maxTimeout().toNanos() / 1000);
        return micros == 0 ? null : Duration.of(micros, ChronoUnit.MICROS);
    }

    private static long integer(String path, InferParameter value, long most) {
        long number =
                switch (value.getParameterChoiceCase()) {
                    case INT64_PARAM -> value.getInt64Param();
                    case UINT64_PARAM -> value.getUint64Param();
                    case BOOL_PARAM, STRING_PARAM, DOUBLE_PARAM, PARAMETERCHOICE_NOT_SET -> -1;
                };
        if (number < 0 || number > most) {
            throw wrong(path, "an integer from 0 to %d".formatted(most), value);
        }
        return number;
    }

    private static void bool(String path, InferParameter value) {
        if (!value.hasBoolParam()) {
            throw wrong(path, "a bool", value);
        }
    }

    private static String routeKey(String path, InferParameter value) {
        if (!value.hasStringParam() || !RouteKey.isAllowed(value.getStringParam())) {
            throw wrong(path, RouteKey.ALLOWED, value);
        }
        return value.getStringParam();
    }

    private static CacheMode cache(String path, InferParameter value) {
        return switch (value.getStringParam()) {
            case "use" -> CacheMode.USE;
            case "bypass" -> CacheMode.BYPASS;
            case "refresh" -> CacheMode.REFRESH;
            default -> throw wrong(path, "one of use, bypass, refresh", value);
        };
    }

    private static ServingException wrong(String path, String expected, InferParameter value) {
        var shown =
                switch (value.getParameterChoiceCase()) {
                    case BOOL_PARAM -> Boolean.toString(value.getBoolParam());
                    case INT64_PARAM -> Long.toString(value.getInt64Param());
                    case UINT64_PARAM -> Long.toUnsignedString(value.getUint64Param());
                    case DOUBLE_PARAM -> Double.toString(value.getDoubleParam());
                    case STRING_PARAM -> "'" + value.getStringParam() + "'";
                    case PARAMETERCHOICE_NOT_SET -> "no value";
                };
        return Faults.wrong(ErrorCode.INVALID_PARAMETER, path, expected, shown);
    }
}
