package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Reads the envelope of one predict request, its fields in any order. `instances` need the model's
/// signature, thus its name and version, so they are skipped first and read at the end. For one
/// request.
final class PredictReader {
    private static final List<String> FIELDS =
            List.of("model", "version", "id", "inputs", "instances", "outputs", "parameters");

    /// Those of the Open Inference Protocol, whose path names the model.
    private static final List<String> FIELDS_OF_TARGETED =
            List.of("id", "inputs", "outputs", "parameters");

    private final SignatureSource signatures;
    private final InferenceLimits limits;
    private final BinarySection binary;
    private final boolean targeted;
    private final UnknownParameters unknown;
    private final NonFiniteText nonFinite = new NonFiniteText();
    private @Nullable String model;
    private @Nullable String version;
    private @Nullable String id;
    private @Nullable List<Tensor> inputs;
    private @Nullable JsonMark instances;
    private List<OutputWish> outputs = List.of();
    private PredictParameters parameters = PredictParameters.NONE;

    /// @param target whom the request is for; absent where its body says so
    PredictReader(
            SignatureSource signatures,
            InferenceLimits limits,
            BinarySection binary,
            @Nullable RequestTarget target) {
        this.signatures = signatures;
        this.limits = limits;
        this.binary = binary;
        targeted = target != null;
        if (target == null) {
            unknown = UnknownParameters.refused();
        } else {
            unknown = UnknownParameters.passedOver(limits);
            model = target.model();
            version = target.version();
            signatures.named(target.model());
        }
    }

    PredictCall read(JsonInput in) {
        var known = targeted ? FIELDS_OF_TARGETED : FIELDS;
        var fields = new ObjectFields(in, known, ErrorCode.MALFORMED_REQUEST);
        for (var field = fields.next(); field != null; field = fields.next()) {
            field(in, field);
        }
        if (model == null) {
            throw ObjectFields.missing(ErrorCode.MALFORMED_REQUEST, "", "model");
        }
        return call(in, model);
    }

    private void field(JsonInput in, String field) {
        switch (field) {
            case "model" -> {
                model = ModelReference.model(in);
                signatures.named(model);
            }
            case "version" -> version = ModelReference.version(in);
            case "id" -> id = id(in);
            case "inputs" -> inputs = new JsonTensors(limits).read(in, nonFinite, binary, unknown);
            case "instances" -> {
                in.requireArray(ErrorCode.MALFORMED_REQUEST, "an array of rows");
                instances = in.skipMarked();
            }
            case "outputs" -> outputs = new OutputsReader(limits).read(in, unknown);
            default -> parameters = PredictParameters.read(in, limits, unknown);
        }
    }

    private PredictCall call(JsonInput in, String deployment) {
        if ((inputs == null) == (instances == null)) {
            throw targeted
                    ? ObjectFields.missing(ErrorCode.MALFORMED_REQUEST, "", "inputs")
                    : exactlyOne(inputs == null ? "neither" : "both");
        }
        binary.requireEnd();
        var signature =
                instances == null && outputs.isEmpty()
                        ? null
                        : signatures.signature(deployment, version);
        if (signature != null) {
            new OutputsReader(limits).requireDeclared(wanted(), signature.metadata().outputs());
        }
        var rows = instances == null || signature == null ? null : rows(in, instances, signature);
        nonFinite.requireAllowed(parameters.nonFiniteAsStrings());
        var tensors = rows != null ? rows.inputs() : inputs != null ? inputs : List.<Tensor>of();
        var request =
                new InferenceRequest(
                        deployment,
                        version,
                        id,
                        tensors,
                        wanted(),
                        parameters.routeKey(),
                        parameters.priority(),
                        parameters.cache(),
                        parameters.timeout());
        var options =
                new AnswerOptions(
                        rows == null ? null : rows.count(),
                        parameters.nonFiniteAsStrings(),
                        OutputWish.binary(outputs, parameters.binaryOutput()));
        return new PredictCall(request, options);
    }

    private List<RequestedOutput> wanted() {
        return outputs.stream().map(OutputWish::output).toList();
    }

    private Rows rows(JsonInput in, JsonMark mark, Signature signature) {
        var blobs = in.reopen(mark, InstancesReader::startWithBlob);
        var reader = new InstancesReader(signature, limits, nonFinite, blobs);
        return in.reopen(mark, reader::read);
    }

    static String id(JsonInput in) {
        var expected = "a string of at most %d characters".formatted(InferenceLimits.MAX_ID_LENGTH);
        var id = in.requireString(ErrorCode.MALFORMED_REQUEST, expected);
        if (id.length() > InferenceLimits.MAX_ID_LENGTH) {
            throw in.wrong(ErrorCode.INVALID_PARAMETER, expected);
        }
        return id;
    }

    private static ServingException exactlyOne(String got) {
        return new ServingException(
                ErrorCode.MALFORMED_REQUEST,
                "expected exactly one of inputs and instances, got " + got,
                new ErrorDetail("inputs", "exactly one of inputs and instances", got));
    }
}
