package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.regex.Pattern;

/// The header that says how many bytes of a body are JSON; binary tensors are behind them (binary
/// tensor data extension of the Open Inference Protocol).
public final class BinaryHeader {
    public static final String NAME = "Inference-Header-Content-Length";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    private BinaryHeader() {}

    /// @param values of the header, as often as it was sent
    /// @param bodyBytes of the body, decompressed
    /// @return absent where it was not sent; 0 where the body is nothing but one tensor
    /// @throws ServingException `BINARY_HEADER`
    public static @Nullable Integer read(List<String> values, int bodyBytes) {
        if (values.isEmpty()) {
            return null;
        }
        if (values.size() > 1) {
            throw wrong("it once", String.join(", ", values));
        }
        var value = values.getFirst();
        var expected = "a number of bytes from 0 to %d, the body's length".formatted(bodyBytes);
        if (!NUMBER.matcher(value).matches() || Long.parseLong(value) > bodyBytes) {
            throw wrong(expected, value);
        }
        return Integer.valueOf(value);
    }

    /// The request's JSON speaks of binary tensors, and there are none by the header.
    static ServingException missing() {
        return wrong("the length of the JSON in front of the binary tensors", "no such header");
    }

    private static ServingException wrong(String expected, String actual) {
        return new ServingException(
                ErrorCode.BINARY_HEADER,
                "%s: expected %s, got %s".formatted(NAME, expected, ServingException.clip(actual)),
                new ErrorDetail(NAME, expected, ServingException.clip(actual)));
    }
}
