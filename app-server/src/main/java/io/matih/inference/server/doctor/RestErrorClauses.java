package io.matih.inference.server.doctor;

import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;

/// What requests get that cannot be answered: a status, and JSON with a string `error`.
final class RestErrorClauses {
    private final RestCalls calls;
    private final Checks checks;
    private final SampleModel model;
    private final String path;

    RestErrorClauses(RestCalls calls, Checks checks, SampleModel model) {
        this.calls = calls;
        this.checks = checks;
        this.model = model;
        path = RestCalls.model(model.name()) + "/infer";
    }

    void run() {
        checks.clause(
                "a request to an unknown model is refused",
                () ->
                        calls.post(
                                        RestCalls.model("no-such-model-of-the-doctor") + "/infer",
                                        request())
                                .requireError(404, 400));
        checks.clause("a body that is not JSON is refused", () -> body("{\"inputs\": [}"));
        checks.clause("an empty body is refused", () -> body(""));
        checks.clause("a body without inputs is refused", () -> body("{}"));
        checks.clause("a missing input is refused", () -> changed(r -> r.putArray("inputs")));
        checks.clause("an unknown input is refused", () -> changed(this::rename));
        checks.clause(
                "another datatype than the model's is refused",
                () -> changed(r -> first(r).put("datatype", "NONSENSE")));
        checks.clause(
                "a shape that the data does not fill is refused",
                () -> changed(r -> first(r).putArray("shape").add(3).add(5).add(7).add(11)));
        checks.clause(
                "an unknown output is refused",
                () ->
                        changed(
                                r ->
                                        r.putArray("outputs")
                                                .addObject()
                                                .put("name", "no-such-output")));
    }

    private ObjectNode request() {
        model.requireJson();
        var request = RestReply.JSON.createObjectNode();
        var inputs = request.putArray("inputs");
        model.inputs().forEach(input -> inputs.add(input.asJson()));
        return request;
    }

    private void body(String text) {
        calls.post(path, text.getBytes(StandardCharsets.UTF_8), Map.of()).requireError(400);
    }

    private void changed(Consumer<ObjectNode> change) {
        var request = request();
        change.accept(request);
        calls.post(path, request).requireError(400);
    }

    private static ObjectNode first(ObjectNode request) {
        return (ObjectNode) request.get("inputs").get(0);
    }

    private void rename(ObjectNode request) {
        first(request).put("name", "no-such-input");
    }
}
