package io.matih.inference.server.cli;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// JSON that somebody typed or keeps in a file. Numbers keep every digit.
final class JsonArgument {
    static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private JsonArgument() {}

    /// @param text JSON, or `@FILE`
    static JsonNode read(String text, String option, Path workingFolder) {
        return text.startsWith("@")
                ? parse(file(workingFolder.resolve(text.substring(1)), option), option)
                : parse(text, option);
    }

    static String file(Path file, String option) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new UsageException("%s: there is no file %s".formatted(option, file));
        } catch (IOException e) {
            throw new UsageException("%s: cannot read %s".formatted(option, file));
        }
    }

    static JsonNode parse(String text, String option) {
        try {
            var json = JSON.readTree(text);
            if (json.isMissingNode()) {
                throw new UsageException(option + " is empty: expected JSON");
            }
            return json;
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw new UsageException(
                    "%s is not JSON: line %d, column %d: %s"
                            .formatted(
                                    option,
                                    at.getLineNr(),
                                    at.getColumnNr(),
                                    e.getOriginalMessage()));
        }
    }
}
