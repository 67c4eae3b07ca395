package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// The JDK's strict decoder is the reference.
class Utf8Test {
    private static final int[] EDGES = {
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
        0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF
    };

    @Test
    void agreesWithTheStrictDecoder() {
        var random = new Random(42);
        for (int i = 0; i < 300_000; i++) {
            var bytes = new byte[random.nextInt(12)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte) EDGES[random.nextInt(EDGES.length)];
            }
            if (Utf8.isValid(bytes, 0, bytes.length) != decodes(bytes)) {
                assertThat(bytes).as("case %d", i).isNull();
            }
        }
    }

    @Test
    void acceptsEveryCharacter() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                var bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8);
                if (!Utf8.isValid(bytes, 0, bytes.length)) {
                    assertThat(point).as("refused").isNegative();
                }
            }
        }
    }

    private static boolean decodes(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
