package io.matih.inference.server.persistence;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;

import io.matih.inference.engine.deployment.Variant;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.shadow.ComparisonState;
import io.matih.inference.engine.shadow.Gate;
import io.matih.inference.engine.shadow.ShadowPolicy;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Values as JSON in text columns. Fields that this program does not know are skipped, and fields
/// that a stored value lacks have their default, so that an older or newer program can read it.
/// Written in ASCII: no database changes or refuses a character.
final class Json {
    private static final ModelMetadata NO_METADATA =
            new ModelMetadata(
                    List.of(), List.of(), 0, Map.of(), "", "", 0, 0, 0, List.of(), List.of(),
                    List.of(), List.of());
    private static final ShadowPolicy NO_POLICY =
            new ShadowPolicy(100, Gate.DEFAULT, Map.of(), Set.of(), false);
    private static final JsonSetter.Value ABSENT_IS_EMPTY =
            JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);
    private static final TypeReference<Map<String, List<String>>> COLUMNS =
            new TypeReference<>() {};
    private static final TypeReference<List<ErrorDetail>> DETAILS = new TypeReference<>() {};

    private final JsonMapper mapper =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .withConfigOverride(List.class, type -> type.setNullHandling(ABSENT_IS_EMPTY))
                    .build();

    String write(Object value) {
        return mapper.writeValueAsString(value);
    }

    ModelMetadata metadata(String json) {
        return read(json, ModelMetadata.class, NO_METADATA);
    }

    ModelConfig config(String json) {
        return read(json, ModelConfig.class, ModelConfig.DEFAULT);
    }

    Map<String, List<String>> features(String json) {
        return read(json, COLUMNS);
    }

    /// Each as an older or newer program may have written it, its configuration included.
    List<Variant> variants(String json) {
        try {
            var variants = new ArrayList<Variant>();
            for (var stored : mapper.readTree(json)) {
                variants.add(
                        new Variant(
                                stored.path("version").asInt(),
                                Variant.Role.valueOf(stored.path("role").asString()),
                                stored.path("weight").asInt(),
                                stored.path("backend").asString(),
                                config(stored.path("config").toString()),
                                features(stored.path("features").toString()),
                                stored.path("pinned").asBoolean(),
                                shadow(stored.path("shadow").toString())));
            }
            return variants;
        } catch (JacksonException | IllegalArgumentException e) {
            throw unreadable(e);
        }
    }

    /// @param json absent, empty or `null` where there is none
    @Nullable ShadowPolicy shadow(@Nullable String json) {
        return json == null || json.isEmpty() || json.equals("null")
                ? null
                : read(json, ShadowPolicy.class, NO_POLICY);
    }

    ComparisonState comparison(String json) {
        return read(json, ComparisonState.class, ComparisonState.begin(Instant.EPOCH));
    }

    List<ErrorDetail> details(String json) {
        return read(json, DETAILS);
    }

    private <T> T read(String json, Class<T> type, T defaults) {
        try {
            if (!(mapper.readTree(json) instanceof ObjectNode stored)) {
                throw unreadable(null);
            }
            ObjectNode fields = mapper.valueToTree(defaults);
            fields.setAll(stored);
            return mapper.treeToValue(fields, type);
        } catch (JacksonException e) {
            throw unreadable(e);
        }
    }

    private <T> T read(String json, TypeReference<T> type) {
        try {
            return mapper.readValue(json, type);
        } catch (JacksonException e) {
            throw unreadable(e);
        }
    }

    private static ServingException unreadable(@Nullable Exception e) {
        return new ServingException(
                ErrorCode.STORAGE_FAILED,
                "what is stored cannot be understood",
                List.of(),
                null,
                e);
    }
}
