package io.matih.inference.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

class ExpectedAnswerTest {
    private static final String RIGHT =
            "{\"model_version\":\"1\",\"outputs\":[0.1234567,-2.5e-3,7],\"meta\":{\"total\":12}}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                RIGHT,
                "{\"model_version\":\"1\",\"outputs\":[0.1234567,-2.5e-3,7],\"meta\":{\"total\":99999}}",
                "{\"model_version\":\"1\",\"outputs\":[0.1234568,-2.500001e-3,7.0],\"meta\":{}}",
                "{\"model_version\":\"2\",\"outputs\":[8],\"meta\":{}}"
            })
    void acceptsOtherMetaAndOtherLastDigits(String answer) {
        assertThat(accepts(answer)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"model_version\":\"1\",\"outputs\":[0.1234567,-2.5e-3,8],\"meta\":{\"total\":12}}",
                "{\"model_version\":\"1\",\"outputs\":[0.1234567,-2.5e-3],\"meta\":{\"total\":12}}",
                "{\"model_version\":\"1\",\"outputs\":[0.1234567,2.5e-3,7],\"meta\":{\"total\":12}}",
                "{\"model_version\":\"2\",\"outputs\":[0.1234567,-2.5e-3,7],\"meta\":{\"total\":12}}",
                "{\"model_version\":\"1\",\"outputs\":[8],\"meta\":{}}",
                "{\"model_version\":\"1\",\"outputs\":[0.1234567,-2.5e-3,7]}"
            })
    void refusesEverythingElse(String answer) {
        assertThat(accepts(answer)).isFalse();
    }

    @Test
    void binaryNumbersMayDifferInTheirLastDigits() {
        var right = withFloats("{\"n\":1}", 0.1234567f, -2.5f);
        var expected = ExpectedAnswer.ofFloats(right, 7);
        for (var same : List.of(right, withFloats("{\"n\":1}", 0.12345671f, -2.5000002f), right)) {
            assertThat(expected.accepts(same, 0, same.length)).isTrue();
        }
        for (var other :
                List.of(
                        withFloats("{\"n\":1}", 0.13f, -2.5f),
                        withFloats("{\"n\":2}", 0.1234567f, -2.5f),
                        withFloats("{\"n\":1}", 0.1234567f))) {
            assertThat(expected.accepts(other, 0, other.length)).isFalse();
        }
    }

    private static byte[] withFloats(String json, float... values) {
        var bytes =
                ByteBuffer.allocate(json.length() + values.length * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(TinyServer.bytes(json));
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    /// Twice: the second time it may be known by its spelling.
    private static boolean accepts(String answer) {
        var expected =
                ExpectedAnswer.of(
                        TinyServer.bytes(RIGHT),
                        TinyServer.bytes("{\"model_version\":\"2\",\"outputs\":[8],\"meta\":{}}"));
        var bytes = TinyServer.bytes("xx" + answer + "yy");
        boolean first = expected.accepts(bytes, 2, bytes.length - 2);
        assertThat(expected.accepts(bytes, 2, bytes.length - 2)).isEqualTo(first);
        return first;
    }
}
