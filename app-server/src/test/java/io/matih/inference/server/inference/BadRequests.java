package io.matih.inference.server.inference;

import static io.matih.inference.engine.error.ErrorCode.*;
import static io.matih.inference.server.inference.BadRequests.*;
import static io.matih.inference.server.inference.Calls.input;
import static io.matih.inference.server.inference.Calls.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.matih.inference.engine.error.ErrorCode;

import org.junit.jupiter.params.provider.Arguments;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Bad requests, and what their refusals have in common.
final class BadRequests {
    /// A request that is accepted.
    static final String OK = input("FP32", "[1]", "[1]");

    private BadRequests() {}

    static void assertRefused(String body, ErrorCode code, List<String> parts) {
        var refusal = refusal(body.getBytes(StandardCharsets.UTF_8), Calls.IRIS);
        assertThat(refusal.code()).as(refusal.getMessage()).isEqualTo(code);
        assertThat(refusal.getMessage()).contains(parts);
        requireClean(refusal.getMessage());
    }

    /// Messages are short and say nothing about the inside.
    static void requireClean(String message) {
        assertThat(message)
                .hasSizeLessThan(2000)
                .doesNotContain(
                        "jackson", "Feature", "StreamRead", "Exception", "java.", "Source:");
    }

    static Arguments bad(String name, String body, ErrorCode code, String... parts) {
        return argumentSet(name, body, code, List.of(parts));
    }

    static String field(String name, String value) {
        return "{\"model\":\"m\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}],\"%s\":%s}"
                .formatted(name, value);
    }

    static String rows(String rows) {
        return "{\"model\":\"m\",\"instances\":%s}".formatted(rows);
    }
}
