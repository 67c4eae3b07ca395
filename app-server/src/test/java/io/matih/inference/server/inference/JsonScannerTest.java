package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Jackson's strict parser is the reference: over mutated documents both accept the same ones and
/// take the same tokens from them. Bodies that are refused before they are scanned (no UTF-8, a
/// byte order mark, nothing but space) are left out.
class JsonScannerTest {
    private static final int RUNS = 60_000;
    private static final InferenceLimits LIMITS = InferenceLimits.DEFAULT;
    private static final JsonSource OURS = new JsonSource(LIMITS);
    private static final JsonFactory THEIRS =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(LIMITS.maxDepth())
                                    .maxNumberLength(LIMITS.maxNumberLength())
                                    .maxStringLength(LIMITS.maxStringLength())
                                    .maxNameLength(LIMITS.maxNameLength())
                                    .build())
                    .build();
    private static final List<String> DOCUMENTS =
            List.of(
                    "[0,-0,1.5,-2.25e3,1E+2,1e-7,123456789012345678901234567890,0.1]",
                    "{\"a\":[true,false,null,{}],\"b\":{\"\":[],\"é€😀\":\"\"}}",
                    "[\"\\u00e9\\ud83d\\ude00\\n\\\\ \\/\\\"\\b\\f\\r\\t\",\"a longer text é 😀 ok\"]",
                    " { \"x\" : [ [ 1 , 2 ] , [ 3.0 , 4e0 ] ] ,\r\n\t\"y\" : \"z\" } ",
                    "[[[[[1],2],3.5],\"4\"],-5]",
                    "{\"inputs\":[{\"name\":\"x\",\"shape\":[2,2],\"data\":[1,2.5,-3,4e1]}]}");

    @Test
    void takesTheTokensThatJacksonTakes() {
        int accepted = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            var random = new Random(seed);
            var body = DOCUMENTS.get(seed % DOCUMENTS.size()).getBytes(StandardCharsets.UTF_8);
            for (int i = random.nextInt(4); i > 0; i--) {
                body = MutationTest.mutate(body, random);
            }
            if (isScanned(body)) {
                var theirs = theirs(body);
                assertThat(ours(body))
                        .as("seed %d: %s", seed, new String(body, StandardCharsets.UTF_8))
                        .isEqualTo(theirs);
                accepted += theirs == null ? 0 : 1;
            }
        }
        assertThat(accepted).isBetween(RUNS / 10, RUNS - RUNS / 10);
    }

    /// Where we are stricter: a number's sign, point and exponent count too.
    @Test
    void countsEveryCharacterOfANumber() {
        var digits = "1".repeat(LIMITS.maxNumberLength());
        assertThat(ours(bytes("[" + digits + "]"))).isNotNull();
        assertThat(ours(bytes("[-" + digits + "]"))).isNull();
    }

    private static boolean isScanned(byte[] body) {
        var text = new JsonText(body, 0, body.length);
        try {
            text.requireUtf8();
            return !text.isBlank();
        } catch (ServingException _) {
            return false;
        }
    }

    private static @Nullable List<String> ours(byte[] body) {
        try {
            return OURS.read(
                    body,
                    0,
                    body.length,
                    in -> {
                        var tokens = new ArrayList<String>();
                        int depth = 0;
                        while (true) {
                            tokens.add(in.token() + (isStructure(in) ? "" : " " + in.raw()));
                            depth += step(in.token());
                            if (depth == 0) {
                                return tokens;
                            }
                            in.next();
                        }
                    });
        } catch (ServingException _) {
            return null;
        }
    }

    private static int step(JsonToken token) {
        return switch (token) {
            case START_ARRAY, START_OBJECT -> 1;
            case END_ARRAY, END_OBJECT -> -1;
            default -> 0;
        };
    }

    private static boolean isStructure(JsonInput in) {
        return step(in.token()) != 0;
    }

    private static @Nullable List<String> theirs(byte[] body) {
        try (var parser = THEIRS.createParser(ObjectReadContext.empty(), body)) {
            var tokens = new ArrayList<String>();
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                boolean structure = token.isStructStart() || token.isStructEnd();
                tokens.add(token + (structure ? "" : " " + parser.getString()));
            }
            return single(tokens);
        } catch (JacksonException _) {
            return null;
        }
    }

    /// Jackson reads one value after the other; a body is one value.
    private static @Nullable List<String> single(List<String> tokens) {
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            depth += step(JsonToken.valueOf(tokens.get(i).split(" ", 2)[0]));
            if (depth == 0 && i + 1 < tokens.size()) {
                return null;
            }
        }
        return tokens;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
