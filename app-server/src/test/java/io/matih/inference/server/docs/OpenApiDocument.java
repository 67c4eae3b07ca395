package io.matih.inference.server.docs;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

import io.matih.inference.server.TestServer;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The API's description, taken apart for tests.
public final class OpenApiDocument {
    private static final SchemaRegistry SCHEMAS =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final JsonNode root;

    private OpenApiDocument(JsonNode root) {
        this.root = root;
    }

    /// The one that is shipped.
    public static OpenApiDocument shipped() {
        return parse(TestServer.resource("/io/matih/inference/server/docs/openapi.json"));
    }

    public static OpenApiDocument parse(byte[] json) {
        return new OpenApiDocument(TestServer.JSON.readTree(json));
    }

    public JsonNode root() {
        return root;
    }

    /// The node itself, or what it refers to.
    public JsonNode resolve(JsonNode node) {
        if (!node.has("$ref")) {
            return node;
        }
        var pointer = node.get("$ref").stringValue();
        var target = root.at(pointer.substring(1));
        if (target.isMissingNode()) {
            throw new AssertionError(pointer + " refers to nothing");
        }
        return resolve(target);
    }

    public JsonNode schema(String name) {
        return root.at("/components/schemas/" + name);
    }

    /// A method on a path, as the document tells it.
    ///
    /// @param method upper case
    public record Operation(String method, String path, JsonNode node) {
        @Override
        public String toString() {
            return method + " " + path;
        }

        boolean matches(String requested) {
            return requested.matches(path.replaceAll("\\{[a-z]+}", "[^/]+").replace(".", "\\."));
        }
    }

    public List<Operation> operations() {
        var operations = new ArrayList<Operation>();
        for (var path : root.get("paths").properties()) {
            for (var method : path.getValue().properties()) {
                operations.add(
                        new Operation(
                                method.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                method.getValue()));
            }
        }
        return operations;
    }

    /// The operation that a request is for; the one with fewer templates where two match.
    public Optional<Operation> operation(String method, String path) {
        return operations().stream()
                .filter(operation -> operation.method().equals(method) && operation.matches(path))
                .min(Comparator.comparing(operation -> operation.path().contains("{")));
    }

    /// @param in `path`, `query` or `header`
    public List<String> parameters(Operation operation, String in) {
        return operation
                .node()
                .path("parameters")
                .valueStream()
                .map(this::resolve)
                .filter(parameter -> parameter.get("in").stringValue().equals(in))
                .map(parameter -> parameter.get("name").stringValue())
                .toList();
    }

    /// What is wrong with a value by a schema, which may refer to others of this document; empty
    /// where nothing is.
    public List<String> violations(JsonNode schema, JsonNode value) {
        var whole = TestServer.JSON.createObjectNode();
        whole.set("components", root.get("components"));
        whole.putArray("allOf").add(schema);
        var readable = whole.deepCopy();
        spreadTypes(readable);
        return SCHEMAS.getSchema(readable).validate(value).stream().map(Error::toString).toList();
    }

    /// The validator takes no list of types beside a minimum or maximum; the same can be said with
    /// alternatives.
    private static void spreadTypes(JsonNode node) {
        if (node instanceof ObjectNode schema
                && schema.path("type").isArray()
                && (schema.has("minimum") || schema.has("maximum"))) {
            var types = schema.remove("type");
            var alternatives = schema.putArray("anyOf");
            types.forEach(type -> alternatives.addObject().set("type", type));
        }
        node.forEach(OpenApiDocument::spreadTypes);
    }
}
