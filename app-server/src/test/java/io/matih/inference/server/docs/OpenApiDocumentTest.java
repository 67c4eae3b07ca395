package io.matih.inference.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelFormat;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.server.error.ErrorResponses;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The document by itself: sound, and in agreement with the error codes and the other closed lists.
class OpenApiDocumentTest {
    private static final Pattern CODE_ROW = Pattern.compile("\\| `([A-Z_]+)` \\| (\\d+) \\|");

    private final OpenApiDocument document = OpenApiDocument.shipped();

    @Test
    void everyReferenceLeadsSomewhereAndNothingIsLeftOver() {
        var used = new ArrayList<String>();
        references(document.root(), used);
        assertThat(used).isNotEmpty();
        for (var pointer : used) {
            assertThat(document.root().at(pointer.substring(1)).isMissingNode())
                    .as(pointer)
                    .isFalse();
        }
        for (var kind : document.root().get("components").properties()) {
            for (var name : kind.getValue().propertyNames()) {
                assertThat(used).contains("#/components/%s/%s".formatted(kind.getKey(), name));
            }
        }
    }

    private static void references(JsonNode node, List<String> found) {
        if (node.path("$ref").isString()) {
            found.add(node.get("$ref").stringValue());
        }
        node.forEach(child -> references(child, found));
    }

    @Test
    void operationsAreNamedOnceAndSayWhatTheyDo() {
        var tags = document.root().get("tags").valueStream().map(tag -> tag.get("name")).toList();
        assertThat(document.operations().stream().map(o -> o.node().get("operationId")).toList())
                .doesNotContainNull()
                .doesNotHaveDuplicates();
        for (var operation : document.operations()) {
            assertThat(operation.node().get("summary").stringValue()).isNotBlank();
            assertThat(operation.node().get("description").stringValue()).isNotBlank();
            assertThat(tags).containsAll(operation.node().get("tags").valueStream().toList());
        }
    }

    @Test
    void objectsAreClosedAndTheirFieldsExplained() {
        for (var schema : document.root().at("/components/schemas").properties()) {
            if (!schema.getValue().has("properties")) {
                continue;
            }
            assertThat(schema.getValue().get("additionalProperties").booleanValue(true))
                    .as(schema.getKey())
                    .isFalse();
            assertThat(schema.getValue().get("description").stringValue()).isNotBlank();
            for (var field : schema.getValue().get("properties").properties()) {
                assertThat(explanation(field.getValue()))
                        .as(schema.getKey() + "." + field.getKey())
                        .isNotBlank();
            }
        }
    }

    private String explanation(JsonNode field) {
        if (field.has("anyOf")) {
            return explanation(field.at("/anyOf/0"));
        }
        return field.has("description")
                ? field.get("description").stringValue()
                : document.resolve(field).path("description").asString("");
    }

    @Test
    void examplesAreWhatTheirSchemasSay() {
        int examples = 0;
        for (var operation : document.operations()) {
            examples += examples(operation.node().path("requestBody"), operation.toString());
            for (var response : operation.node().get("responses").properties()) {
                var where = operation + " " + response.getKey();
                examples += examples(document.resolve(response.getValue()), where);
            }
        }
        assertThat(examples).isGreaterThan(50);
    }

    private int examples(JsonNode holder, String where) {
        int examples = 0;
        for (var content : holder.path("content").properties()) {
            for (var example : content.getValue().path("examples").properties()) {
                var value = document.resolve(example.getValue()).get("value");
                assertThat(document.violations(content.getValue().get("schema"), value))
                        .as(where + " " + example.getKey())
                        .isEmpty();
                examples++;
            }
        }
        return examples;
    }

    @Test
    void theErrorCodesAreThoseOfTheEngineInItsOrder() {
        assertThat(strings(document.schema("ErrorCode").get("enum")))
                .isEqualTo(names(ErrorCode.values()));
    }

    @Test
    void everyErrorCodeIsExplainedWithTheStatusThatItHas() {
        var told = new TreeMap<String, Integer>();
        var rows = CODE_ROW.matcher(document.schema("ErrorCode").get("description").stringValue());
        while (rows.find()) {
            told.put(rows.group(1), Integer.valueOf(rows.group(2)));
        }
        assertThat(told)
                .isEqualTo(
                        Arrays.stream(ErrorCode.values())
                                .collect(
                                        Collectors.toMap(
                                                ErrorCode::name,
                                                ErrorResponses::status,
                                                (a, _) -> a,
                                                TreeMap::new)));
    }

    @Test
    void everyErrorAnswerListsCodesOfItsStatus() {
        for (var operation : document.operations()) {
            for (var response : operation.node().get("responses").properties()) {
                if (Integer.parseInt(response.getKey()) >= 400) {
                    requireCodes(operation + " " + response.getKey(), response);
                }
            }
        }
    }

    private void requireCodes(String where, Map.Entry<String, JsonNode> response) {
        var node = document.resolve(response.getValue());
        var codes = strings(node.path("x-error-codes"));
        assertThat(codes).as(where).isNotEmpty();
        for (var code : codes) {
            assertThat(ErrorResponses.status(ErrorCode.valueOf(code)))
                    .as(where + " " + code)
                    .isEqualTo(Integer.parseInt(response.getKey()));
            assertThat(node.get("description").stringValue()).as(where).contains("`" + code + "`");
        }
        for (var example : node.at("/content/application~1json/examples")) {
            assertThat(codes).contains(document.resolve(example).at("/value/code").stringValue());
        }
    }

    @Test
    void closedListsAreThoseOfTheEngine() {
        assertThat(strings(document.schema("Datatype").get("enum")))
                .isEqualTo(names(Datatype.values()));
        assertThat(strings(document.schema("InstanceGroup").at("/properties/kind/enum")))
                .isEqualTo(names(InstanceKind.values()));
        assertThat(strings(document.schema("Source").at("/properties/format/enum")))
                .isEqualTo(Arrays.stream(ModelFormat.values()).map(ModelFormat::wireName).toList());
    }

    private static List<String> strings(JsonNode list) {
        return list.valueStream().filter(JsonNode::isString).map(JsonNode::stringValue).toList();
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).toList();
    }
}
