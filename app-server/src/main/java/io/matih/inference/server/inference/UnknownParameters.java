package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What becomes of a request's parameters that the server has no meaning for. The Open Inference
/// Protocol lets clients send any, for models that understand them: where that holds they are
/// passed over, up to a number; elsewhere they are refused, and reserved ones everywhere. For one
/// request. One thread.
public final class UnknownParameters {
    private static final String HEADERS = "headers";
    private static final List<String> RESERVED_PREFIXES =
            List.of("triton_", "sequence_", "shared_memory_");

    private final int most;
    private final Set<String> seen = new HashSet<>();

    private UnknownParameters(int most) {
        this.most = most;
    }

    public static UnknownParameters refused() {
        return new UnknownParameters(0);
    }

    public static UnknownParameters passedOver(InferenceLimits limits) {
        return new UnknownParameters(limits.maxParameters());
    }

    /// @param path where it stands in the request: `inputs[0].parameters.x`
    /// @param known the parameters that have a meaning there
    /// @return why it is refused, `RESERVED_PARAMETER`, `INVALID_PARAMETER`, `JSON_LIMIT` or
    ///   `MALFORMED_JSON` for one given twice; absent where it is passed over
    public @Nullable ServingException meet(String path, String name, List<String> known) {
        if (isReserved(name)) {
            return new ServingException(
                    ErrorCode.RESERVED_PARAMETER,
                    "%s: '%s' is reserved and cannot be set"
                            .formatted(path, ServingException.clip(name)),
                    new ErrorDetail(path, String.join(", ", known), ServingException.clip(name)));
        }
        if (most == 0) {
            return ObjectFields.unknown(
                    ErrorCode.INVALID_PARAMETER, "parameter", path, name, known);
        }
        if (seen.size() == most) {
            return JsonInput.wrong(
                    ErrorCode.JSON_LIMIT,
                    path,
                    "at most %d parameters of no meaning here".formatted(most),
                    "more");
        }
        return seen.add(path)
                ? null
                : new ServingException(
                        ErrorCode.MALFORMED_JSON, "%s: a field given twice".formatted(path));
    }

    private static boolean isReserved(String name) {
        return name.equals(HEADERS) || RESERVED_PREFIXES.stream().anyMatch(name::startsWith);
    }
}
