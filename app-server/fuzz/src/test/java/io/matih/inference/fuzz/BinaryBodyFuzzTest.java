package io.matih.inference.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.inference.BinaryHeader;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Bodies of JSON with binary tensors behind it, and the header that says where they begin.
class BinaryBodyFuzzTest {
    /// @param data two bytes of header value, then the body
    @FuzzTest
    void body(byte[] data) {
        if (data.length < 2) {
            return;
        }
        var body = new byte[data.length - 2];
        System.arraycopy(data, 2, body, 0, body.length);
        int json = ((data[0] & 0xFF) << 8) | (data[1] & 0xFF);
        var call = Target.infer(body, Math.min(json, body.length));
        long taken =
                call.stream()
                        .flatMap(read -> read.request().inputs().stream())
                        .mapToLong(tensor -> tensor.data().byteSize())
                        .sum();
        // JSON may say more than a byte with each of its own, but never much more.
        if (taken > 16L * body.length + 64) {
            throw new AssertionError("%d bytes of tensors in %d".formatted(taken, body.length));
        }
    }

    @FuzzTest
    void header(byte[] data) {
        var value = new String(data, StandardCharsets.ISO_8859_1);
        try {
            var length = BinaryHeader.read(List.of(value), 1000);
            if (length == null || length < 0 || length > 1000) {
                throw new AssertionError("'%s' is no length".formatted(value));
            }
        } catch (ServingException _) {
            // Refused, as it may be.
        }
    }
}
