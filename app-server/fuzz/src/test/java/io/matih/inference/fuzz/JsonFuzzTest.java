package io.matih.inference.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Bodies of JSON: what our reader takes, Jackson takes too.
class JsonFuzzTest {
    private static final JsonMapper STRICT =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    @FuzzTest
    void predict(byte[] body) {
        if (Target.predict(body).isPresent()) {
            requireJson(body);
        }
    }

    @FuzzTest
    void infer(byte[] body) {
        if (Target.infer(body, null).isPresent()) {
            requireJson(body);
        }
    }

    private static void requireJson(byte[] body) {
        try {
            STRICT.readTree(body);
        } catch (JacksonException e) {
            throw new AssertionError("taken, but no JSON", e);
        }
    }
}
