package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

/// The strings `"NaN"`, `"Infinity"` and `"-Infinity"` in one request's data. Whether they are
/// allowed may be said behind them, so the first one is remembered. One thread.
public final class NonFiniteText {
    static final String NAN = "NaN";
    static final String INFINITY = "Infinity";
    static final String MINUS_INFINITY = "-Infinity";

    private @Nullable ServingException first;

    /// The number that a string stands for; absent where it stands for none.
    @Nullable Double value(JsonInput in) {
        var value =
                switch (in.raw()) {
                    case NAN -> Double.NaN;
                    case INFINITY -> Double.POSITIVE_INFINITY;
                    case MINUS_INFINITY -> Double.NEGATIVE_INFINITY;
                    default -> null;
                };
        if (value != null && first == null) {
            first = refusal(in);
        }
        return value;
    }

    /// To be called once the request's parameters are known.
    ///
    /// @throws ServingException `INVALID_DTYPE` where there was one and none is allowed
    public void requireAllowed(boolean allowed) {
        if (first != null && !allowed) {
            throw first;
        }
    }

    private static ServingException refusal(JsonInput in) {
        return new ServingException(
                ErrorCode.INVALID_DTYPE,
                "%s: expected a number, got %s; parameters.non_finite \"string\" allows it"
                        .formatted(in.path(), in.shown()),
                new ErrorDetail(in.path(), "a number", in.shown()));
    }
}
