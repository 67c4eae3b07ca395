package io.matih.inference.server.doctor;

import static io.matih.inference.server.doctor.Checks.require;
import static io.matih.inference.server.doctor.Checks.requireEqual;
import static io.matih.inference.server.doctor.Checks.requireExtension;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/// Inference in JSON.
final class RestInferClauses {
    private static final String ID = "doctor-1";

    private final RestCalls calls;
    private final Checks checks;
    private final SampleModel model;
    private final List<String> extensions;
    private final String path;

    RestInferClauses(RestCalls calls, Checks checks, SampleModel model, List<String> extensions) {
        this.calls = calls;
        this.checks = checks;
        this.model = model;
        this.extensions = extensions;
        path = RestCalls.model(model.name()) + "/infer";
    }

    void run() {
        checks.clause("a request in JSON is answered", this::answered);
        checks.clause("data may be arrays in arrays", this::nested);
        checks.clause("an id comes back, and only where one was given", this::id);
        checks.clause("outputs come in the order they are asked in", this::order);
        checks.clause("a request may name its version in the path", this::version);
        checks.clause("outputs may be classes with their scores", this::classes);
        checks.clause(
                "a body may be compressed with gzip",
                () -> compressed("gzip", GZIPOutputStream::new));
        checks.clause(
                "a body may be compressed with deflate",
                () -> compressed("deflate", DeflaterOutputStream::new));
        checks.clause("answers are compressed where that is wanted", this::compressedAnswer);
    }

    ObjectNode request() {
        model.requireJson();
        return request(SampleTensor::asJson);
    }

    private ObjectNode request(Function<SampleTensor, ObjectNode> form) {
        var request = RestReply.JSON.createObjectNode();
        var inputs = request.putArray("inputs");
        model.inputs().forEach(input -> inputs.add(form.apply(input)));
        return request;
    }

    void answered() {
        var answer = calls.post(path, request()).requireOk().json();
        requireAnswer(answer, model.outputs());
    }

    private void requireAnswer(JsonNode answer, List<String> outputs) {
        requireEqual(model.name(), RestReply.text(answer, "model_name"), "model_name");
        if (answer.has("model_version")) {
            RestReply.text(answer, "model_version");
        }
        var names = new ArrayList<String>();
        for (var output : RestReply.array(answer, "outputs")) {
            names.add(RestReply.text(output, "name"));
            RestReply.text(output, "datatype");
            long elements = 1;
            for (var axis : RestReply.array(output, "shape")) {
                elements *= axis.longValue();
            }
            requireEqual(
                    elements,
                    leaves(RestReply.array(output, "data")),
                    "elements of output '%s'".formatted(names.getLast()));
        }
        requireEqual(
                outputs.stream().sorted().toList(), names.stream().sorted().toList(), "outputs");
    }

    private static long leaves(JsonNode data) {
        long leaves = 0;
        for (var element : data) {
            leaves += element.isArray() ? leaves(element) : 1;
        }
        return leaves;
    }

    private void nested() {
        model.requireJson();
        requireAnswer(
                calls.post(path, request(SampleTensor::asNestedJson)).requireOk().json(),
                model.outputs());
    }

    private void id() {
        var with = calls.post(path, request().put("id", ID)).requireOk().json();
        requireEqual(ID, RestReply.text(with, "id"), "id");
        var without = calls.post(path, request()).requireOk().json();
        require(
                !without.has("id") || without.get("id").asString("").isEmpty(),
                "an id came back that nobody gave: " + without.get("id"));
    }

    private void order() {
        var wanted = model.outputs().reversed();
        var request = request();
        var outputs = request.putArray("outputs");
        wanted.forEach(name -> outputs.addObject().put("name", name));
        var answer = calls.post(path, request).requireOk().json();
        requireEqual(wanted, names(answer), "outputs");
        var one = request();
        one.putArray("outputs").addObject().put("name", wanted.getFirst());
        requireEqual(
                wanted.subList(0, 1), names(calls.post(path, one).requireOk().json()), "outputs");
    }

    private static List<String> names(JsonNode answer) {
        var names = new ArrayList<String>();
        for (var output : RestReply.array(answer, "outputs")) {
            names.add(RestReply.text(output, "name"));
        }
        return names;
    }

    private void version() {
        if (model.version().isEmpty()) {
            throw new NotOfferedException("the model's metadata names no version");
        }
        var versioned =
                "%s/versions/%s/infer".formatted(RestCalls.model(model.name()), model.version());
        var answer = calls.post(versioned, request()).requireOk().json();
        requireEqual(model.version(), RestReply.text(answer, "model_version"), "model_version");
    }

    private void classes() {
        requireExtension(extensions, "classification");
        var plain = calls.post(path, request()).requireOk().json();
        var numeric = scores(plain);
        var request = request();
        request.putArray("outputs")
                .addObject()
                .put("name", numeric)
                .putObject("parameters")
                .put("classification", 1);
        var output = calls.post(path, request).requireOk().json().get("outputs").get(0);
        requireEqual("BYTES", RestReply.text(output, "datatype"), "datatype of classes");
        var first = RestReply.array(output, "data");
        while (first.isArray() && !first.isEmpty()) {
            first = first.get(0);
        }
        require(
                first.asString("").matches("[^:]+:\\d+(:.*)?"),
                "a class is 'value:index[:label]', not " + first);
    }

    /// An output of numbers with more than one class in a row, if there is any.
    private static String scores(JsonNode answer) {
        for (var output : answer.get("outputs")) {
            var shape = output.get("shape");
            boolean numbers =
                    !List.of("BYTES", "BOOL").contains(output.path("datatype").asString(""));
            if (numbers && shape.size() > 1 && shape.get(shape.size() - 1).longValue() > 1) {
                return output.get("name").asString();
            }
        }
        throw new NotOfferedException("the model has no output with several numbers in a row");
    }

    private interface Encoder {
        OutputStream over(OutputStream out) throws IOException;
    }

    private void compressed(String encoding, Encoder encoder) {
        var bytes = new ByteArrayOutputStream();
        try (var out = encoder.over(bytes)) {
            out.write(RestReply.JSON.writeValueAsBytes(request()));
        } catch (IOException e) {
            throw new IllegalStateException(e); // memory does not fail like this
        }
        var reply = calls.post(path, bytes.toByteArray(), Map.of("Content-Encoding", encoding));
        if (reply.status() == 415) {
            throw new NotOfferedException("the server takes no such encoding");
        }
        requireAnswer(reply.requireOk().json(), model.outputs());
    }

    private void compressedAnswer() {
        for (var encoding : List.of("gzip", "deflate")) {
            var reply =
                    calls.post(
                                    path,
                                    RestReply.JSON.writeValueAsBytes(request()),
                                    Map.of("Accept-Encoding", encoding))
                            .requireOk();
            requireAnswer(reply.json(), model.outputs());
            if (!reply.headers().allValues("Content-Encoding").equals(List.of(encoding))) {
                throw new NotOfferedException("an answer came uncompressed, which is allowed");
            }
        }
    }
}
