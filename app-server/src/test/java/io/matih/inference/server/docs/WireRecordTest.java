package io.matih.inference.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;

import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.server.api.HealthView;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every record that goes over the wire and the schema of its name have the same fields, of the
/// same types, and agree on which may be absent.
class WireRecordTest {
    private static final Map<Type, String> TYPES =
            Map.of(
                    String.class, "string",
                    int.class, "integer",
                    Integer.class, "integer",
                    long.class, "integer",
                    Long.class, "integer",
                    double.class, "number",
                    Double.class, "number",
                    boolean.class, "boolean",
                    Boolean.class, "boolean",
                    Instant.class, "string");
    private static final Map<Type, String> FORMATS =
            Map.of(
                    int.class, "int32",
                    Integer.class, "int32",
                    long.class, "int64",
                    Long.class, "int64",
                    double.class, "double",
                    Double.class, "double",
                    Instant.class, "date-time");

    private final OpenApiDocument document = OpenApiDocument.shipped();

    static Stream<Class<?>> records() {
        var wire =
                new ClassFileImporter()
                        .importPackagesOf(HealthView.class).stream()
                                .filter(JavaClass::isRecord)
                                .map(JavaClass::reflect);
        return Stream.concat(wire, Stream.of(ErrorDetail.class));
    }

    @Test
    void theNamesOfTheRecordsAreDistinct() {
        assertThat(records().map(Class::getSimpleName).toList())
                .hasSizeGreaterThan(25)
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("records")
    void isDescribedAsItIs(Class<?> type) {
        var schema = document.schema(type.getSimpleName());
        assertThat(schema.isObject()).as("schema " + type.getSimpleName()).isTrue();
        var components =
                Arrays.stream(type.getRecordComponents())
                        .collect(Collectors.toMap(WireRecordTest::name, c -> c));
        assertThat(schema.get("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(components.keySet());
        assertThat(schema.path("required").valueStream().map(JsonNode::stringValue).toList())
                .containsExactlyInAnyOrderElementsOf(
                        components.entrySet().stream()
                                .filter(entry -> !isNullable(entry.getValue()))
                                .map(Map.Entry::getKey)
                                .toList());
        components.forEach(
                (name, component) ->
                        requireType(
                                type.getSimpleName() + "." + name,
                                schema.at("/properties/" + name),
                                component));
    }

    private void requireType(String where, JsonNode schema, RecordComponent component) {
        boolean nullAllowed = document.violations(schema, nullNode()).isEmpty();
        assertThat(nullAllowed).as(where + " allows null").isEqualTo(isNullable(component));
        requireType(where, withoutNull(schema), component.getGenericType());
    }

    private void requireType(String where, JsonNode schema, Type type) {
        if (type instanceof ParameterizedType generic) {
            var arguments = generic.getActualTypeArguments();
            boolean list = generic.getRawType() == List.class;
            assertThat(typeOf(schema)).as(where).isEqualTo(list ? "array" : "object");
            requireType(
                    where + "[]",
                    schema.get(list ? "items" : "additionalProperties"),
                    arguments[arguments.length - 1]);
        } else if (type == Object.class) {
            assertThat(schema.path("type").valueStream().map(JsonNode::stringValue))
                    .as(where)
                    .containsExactlyInAnyOrder("number", "string", "boolean");
        } else if (type == JsonNode.class) {
            assertThat(schema.path("$ref").asString(""))
                    .as(where)
                    .isEqualTo("#/components/schemas/VersionNumber");
        } else if (TYPES.containsKey(type)) {
            var resolved = document.resolve(schema);
            assertThat(typeOf(resolved)).as(where).isEqualTo(TYPES.get(type));
            if (FORMATS.containsKey(type)) {
                assertThat(resolved.path("format").asString(""))
                        .as(where)
                        .isEqualTo(FORMATS.get(type));
            }
        } else {
            assertThat(schema.path("$ref").asString(""))
                    .as(where)
                    .isEqualTo("#/components/schemas/" + ((Class<?>) type).getSimpleName());
        }
    }

    private static JsonNode withoutNull(JsonNode schema) {
        return schema.has("anyOf") ? schema.at("/anyOf/0") : schema;
    }

    private static String typeOf(JsonNode schema) {
        var type = schema.path("type");
        return type.isArray() ? type.get(0).stringValue() : type.asString("");
    }

    private static JsonNode nullNode() {
        return JsonNodeFactory.instance.nullNode();
    }

    private static String name(RecordComponent component) {
        var given = component.getAccessor().getAnnotation(JsonProperty.class);
        return given == null || given.value().isEmpty()
                ? component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT)
                : given.value();
    }

    private static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }
}
