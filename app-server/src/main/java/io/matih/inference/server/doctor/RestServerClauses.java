package io.matih.inference.server.doctor;

import static io.matih.inference.server.doctor.Checks.require;
import static io.matih.inference.server.doctor.Checks.requireEqual;
import static io.matih.inference.server.doctor.Checks.requireExtension;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What the server says of itself and of its models, over REST.
final class RestServerClauses {
    private static final String NOBODY = "no-such-model-of-the-doctor";

    private final RestCalls calls;
    private final Checks checks;
    private List<String> extensions = List.of();

    RestServerClauses(RestCalls calls, Checks checks) {
        this.calls = calls;
        this.checks = checks;
    }

    /// What the server lists, once it was asked.
    List<String> extensions() {
        return extensions;
    }

    void server() {
        checks.clause("the server lives", () -> calls.get("/v2/health/live").requireOk());
        checks.clause("the server is ready", () -> calls.get("/v2/health/ready").requireOk());
        checks.clause("the server describes itself", this::describe);
        checks.clause("an unknown route is not found", () -> notFound("/v2/no/such/route"));
        checks.clause("the repository's index lists models", this::index);
    }

    private void describe() {
        var server = calls.get("/v2").requireOk().json();
        RestReply.text(server, "name");
        RestReply.text(server, "version");
        var listed = new ArrayList<String>();
        for (var extension : RestReply.array(server, "extensions")) {
            require(extension.isString(), "an extension is no string: " + extension);
            listed.add(extension.stringValue());
        }
        extensions = List.copyOf(listed);
    }

    private void notFound(String path) {
        var reply = calls.get(path);
        require(reply.status() == 404, "expected status 404, got " + reply.status());
    }

    private JsonNode indexed() {
        requireExtension(extensions, "model_repository");
        var index = calls.post("/v2/repository/index", new byte[0], Map.of()).requireOk().json();
        require(index.isArray(), "the index is no array");
        return index;
    }

    private void index() {
        for (var model : indexed()) {
            RestReply.text(model, "name");
        }
        var ready =
                calls.post(
                                "/v2/repository/index",
                                "{\"ready\":true}".getBytes(StandardCharsets.UTF_8),
                                Map.of())
                        .requireOk()
                        .json();
        for (var model : ready) {
            requireEqual(
                    "READY", RestReply.text(model, "state"), "state in the index of ready models");
        }
    }

    /// A model that is ready, where the server says which there are.
    @Nullable String anyModel() {
        try {
            for (var model : indexed()) {
                if (model.path("state").asString("").equals("READY")) {
                    return RestReply.text(model, "name");
                }
            }
        } catch (NotOfferedException | BrokenClauseException _) {
            return null; // Its clause has said so already.
        }
        return null;
    }

    /// @return what the model's metadata says
    /// @throws BrokenClauseException where they cannot be understood
    SampleModel describe(String model) {
        var metadata = calls.get(RestCalls.model(model)).requireOk().json();
        requireEqual(model, RestReply.text(metadata, "name"), "name");
        RestReply.text(metadata, "platform");
        var versions = metadata.path("versions");
        var version = versions.isArray() && !versions.isEmpty() ? versions.get(0).asString() : "";
        var inputs = new ArrayList<SampleTensor>();
        for (var input : RestReply.array(metadata, "inputs")) {
            inputs.add(
                    SampleTensor.of(
                            RestReply.text(input, "name"),
                            RestReply.text(input, "datatype"),
                            shape(input)));
        }
        var outputs = new ArrayList<String>();
        for (var output : RestReply.array(metadata, "outputs")) {
            RestReply.text(output, "datatype");
            shape(output);
            outputs.add(RestReply.text(output, "name"));
        }
        require(!inputs.isEmpty() && !outputs.isEmpty(), "the model has no inputs or no outputs");
        return new SampleModel(model, version, inputs, outputs);
    }

    private static List<Long> shape(JsonNode tensor) {
        var shape = new ArrayList<Long>();
        for (var axis : RestReply.array(tensor, "shape")) {
            require(axis.isIntegralNumber(), "an axis of a shape is " + axis);
            shape.add(axis.longValue());
        }
        return shape;
    }

    void model(SampleModel model) {
        var path = RestCalls.model(model.name());
        checks.clause("a model is ready", () -> calls.get(path + "/ready").requireOk());
        checks.clause(
                "a version may stand in the path",
                () -> {
                    requireVersion(model);
                    calls.get(path + "/versions/" + model.version()).requireOk();
                    calls.get(path + "/versions/" + model.version() + "/ready").requireOk();
                });
        checks.clause(
                "an unknown model is not ready and has no metadata",
                () -> {
                    int ready = calls.get(RestCalls.model(NOBODY) + "/ready").status();
                    require(
                            ready == 404 || ready == 400,
                            "ready: expected 404 or 400, got " + ready);
                    calls.get(RestCalls.model(NOBODY)).requireError(404, 400);
                });
        checks.clause(
                "an unknown version has no metadata",
                () -> calls.get(path + "/versions/987654321").requireError(404, 400));
        checks.clause("the configuration matches the metadata", () -> config(path, model));
        checks.clause("statistics have every counter", () -> statistics(path + "/stats", model));
        checks.clause(
                "statistics of all models are there", () -> statistics("/v2/models/stats", model));
    }

    private static void requireVersion(SampleModel model) {
        if (model.version().isEmpty()) {
            throw new NotOfferedException("the model's metadata names no version");
        }
    }

    /// What perf_analyzer reads of it, too.
    private void config(String path, SampleModel model) {
        requireExtension(extensions, "model_configuration");
        var config = calls.get(path + "/config").requireOk().json();
        requireEqual(model.name(), RestReply.text(config, "name"), "name");
        RestReply.number(config, "max_batch_size");
        requireEqual(
                model.inputs().stream().map(SampleTensor::name).sorted().toList(),
                RestReply.array(config, "input").findValuesAsString("name").stream()
                        .sorted()
                        .toList(),
                "names of inputs");
        var outputs = RestReply.array(config, "output").findValuesAsString("name");
        require(
                model.outputs().containsAll(outputs),
                "outputs %s are not all in the metadata's %s".formatted(outputs, model.outputs()));
        for (var input : config.get("input")) {
            require(
                    RestReply.text(input, "data_type").startsWith("TYPE_"),
                    "data_type is " + input.get("data_type"));
        }
    }

    private JsonNode statistics(String path, SampleModel model) {
        requireExtension(extensions, "statistics");
        var all = RestReply.array(calls.get(path).requireOk().json(), "model_stats");
        for (var one : all) {
            if (RestReply.text(one, "name").equals(model.name())) {
                requireCounters(one);
                return one;
            }
        }
        throw new BrokenClauseException("model '%s' is not among them".formatted(model.name()));
    }

    private static void requireCounters(JsonNode model) {
        RestReply.text(model, "version");
        for (var counter : List.of("last_inference", "inference_count", "execution_count")) {
            RestReply.number(model, counter);
        }
        var inferences = model.path("inference_stats");
        for (var counter :
                List.of(
                        "success",
                        "fail",
                        "queue",
                        "compute_input",
                        "compute_infer",
                        "compute_output",
                        "cache_hit",
                        "cache_miss")) {
            require(inferences.has(counter), "inference_stats has no '%s'".formatted(counter));
            RestReply.number(inferences.get(counter), "count");
            RestReply.number(inferences.get(counter), "ns");
        }
        RestReply.array(model, "batch_stats");
    }

    /// After requests of another clause were answered.
    void counted(SampleModel model, Checks.Check requests) {
        checks.clause(
                "statistics count what was answered",
                () -> {
                    var path = RestCalls.model(model.name()) + "/stats";
                    long before = successes(statistics(path, model));
                    requests.run();
                    long after = successes(statistics(path, model));
                    require(
                            after > before,
                            "successes were %d before a request and %d after it"
                                    .formatted(before, after));
                });
    }

    private static long successes(JsonNode statistics) {
        return RestReply.number(statistics.get("inference_stats").get("success"), "count");
    }
}
