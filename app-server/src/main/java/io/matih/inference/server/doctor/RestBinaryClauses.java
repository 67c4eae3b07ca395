package io.matih.inference.server.doctor;

import static io.matih.inference.server.doctor.Checks.require;
import static io.matih.inference.server.doctor.Checks.requireEqual;
import static io.matih.inference.server.doctor.Checks.requireExtension;

import io.matih.inference.engine.tensor.Datatype;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Inference with tensors as bytes behind the JSON.
final class RestBinaryClauses {
    private static final String OCTETS = "application/octet-stream";

    private final RestCalls calls;
    private final Checks checks;
    private final SampleModel model;
    private final List<String> extensions;
    private final String path;

    RestBinaryClauses(RestCalls calls, Checks checks, SampleModel model, List<String> extensions) {
        this.calls = calls;
        this.checks = checks;
        this.model = model;
        this.extensions = extensions;
        path = RestCalls.model(model.name()) + "/infer";
    }

    void run() {
        checks.clause("inputs may be bytes", this::inputs);
        checks.clause("all outputs may be bytes", this::outputs);
        checks.clause("one output may be bytes", this::oneOutput);
        checks.clause("numbers in JSON and in bytes are the same", this::same);
        checks.clause("a body of JSON alone may have its length said", this::lengthOfAll);
        checks.clause("a body may be one input's bytes and nothing else", this::raw);
        checks.clause("a length that is none is refused", () -> wrongLength("many"));
        checks.clause("a negative length is refused", () -> wrongLength("-1"));
        checks.clause("a length beyond the body is refused", () -> wrongLength("999999999"));
        checks.clause("missing bytes are refused", () -> wrongBytes(-1));
        checks.clause("bytes too many are refused", () -> wrongBytes(1));
    }

    private ObjectNode head() {
        requireExtension(extensions, "binary_tensor_data");
        var head = RestReply.JSON.createObjectNode();
        var inputs = head.putArray("inputs");
        for (var input : model.inputs()) {
            var node = input.described();
            node.putObject("parameters").put("binary_data_size", input.bytes().length);
            inputs.add(node);
        }
        return head;
    }

    private byte[] tensors() {
        var bytes = new ByteArrayOutputStream();
        model.inputs().forEach(input -> bytes.writeBytes(input.bytes()));
        return bytes.toByteArray();
    }

    private RestReply send(JsonNode head, byte[] tensors) {
        var json = RestReply.JSON.writeValueAsBytes(head);
        return send(json, tensors, Integer.toString(json.length));
    }

    private RestReply send(byte[] json, byte[] tensors, String length) {
        var body = new ByteArrayOutputStream();
        body.writeBytes(json);
        body.writeBytes(tensors);
        return calls.post(
                path,
                body.toByteArray(),
                Map.of("Content-Type", OCTETS, RestReply.HEADER_LENGTH, length));
    }

    private void inputs() {
        var head = head();
        head.putObject("parameters").put("binary_data_output", false);
        var answer = send(head, tensors()).requireOk().json();
        requireEqual(model.outputs().size(), RestReply.array(answer, "outputs").size(), "outputs");
    }

    private RestReply allBinary() {
        var head = head();
        head.putObject("parameters").put("binary_data_output", true);
        return send(head, tensors()).requireOk();
    }

    private void outputs() {
        requireBinary(allBinary(), model.outputs().size());
    }

    /// The JSON says how many bytes each output has, and all of them are there.
    private static void requireBinary(RestReply reply, int wanted) {
        int position = reply.binaryHeaderLength();
        require(position >= 0, "the answer has no header " + RestReply.HEADER_LENGTH);
        int binary = 0;
        for (var output : RestReply.array(reply.head(), "outputs")) {
            var parameters = output.path("parameters");
            if (parameters.has("binary_data_size")) {
                require(!output.has("data"), "an output has both data and bytes");
                position += Math.toIntExact(RestReply.number(parameters, "binary_data_size"));
                binary++;
            }
        }
        requireEqual(wanted, binary, "outputs in bytes");
        requireEqual(reply.body().length, position, "where the last output's bytes end");
    }

    private void oneOutput() {
        var head = head();
        var outputs = head.putArray("outputs");
        for (int i = 0; i < model.outputs().size(); i++) {
            outputs.addObject()
                    .put("name", model.outputs().get(i))
                    .putObject("parameters")
                    .put("binary_data", i == 0);
        }
        requireBinary(send(head, tensors()).requireOk(), 1);
    }

    private void same() {
        var binary = allBinary();
        var head = head();
        head.putObject("parameters").put("binary_data_output", false);
        var json = send(head, tensors()).requireOk().json();
        int position = binary.binaryHeaderLength();
        for (int i = 0; i < model.outputs().size(); i++) {
            var described = binary.head().get("outputs").get(i);
            var datatype = Datatype.of(RestReply.text(described, "datatype"), () -> "datatype");
            int size =
                    Math.toIntExact(
                            RestReply.number(described.get("parameters"), "binary_data_size"));
            var numbers = TensorNumbers.of(datatype, binary.body(), position, size);
            if (numbers != null) {
                numbers.requireSame(json.get("outputs").get(i).get("data"), described.get("name"));
            }
            position += size;
        }
    }

    /// As perf_analyzer and the C++ client send it.
    private void lengthOfAll() {
        requireExtension(extensions, "binary_tensor_data");
        model.requireJson();
        var request = RestReply.JSON.createObjectNode();
        var inputs = request.putArray("inputs");
        model.inputs().forEach(input -> inputs.add(input.asJson()));
        send(request, new byte[0]).requireOk();
    }

    private void raw() {
        requireExtension(extensions, "binary_tensor_data");
        var input = model.inputs().getFirst();
        if (model.inputs().size() > 1 || input.shape().isEmpty() || input.shape().getFirst() != 1) {
            throw new NotOfferedException("it takes a model with one input, and a batch's axis");
        }
        var reply = send(new byte[0], input.bytes(), "0").requireOk();
        requireBinary(reply, model.outputs().size());
    }

    private void wrongLength(String length) {
        send(RestReply.JSON.writeValueAsBytes(head()), tensors(), length).requireError(400);
    }

    private void wrongBytes(int more) {
        var tensors = tensors();
        int length = tensors.length + more;
        if (length < 0) {
            throw new NotOfferedException("the model's inputs have no bytes");
        }
        send(head(), Arrays.copyOf(tensors, length)).requireError(400);
    }
}
