package io.matih.inference.server.doctor;

import static io.matih.inference.server.doctor.Checks.require;
import static io.matih.inference.server.doctor.Checks.requireEqual;
import static io.matih.inference.server.doctor.GrpcCalls.answer;

import com.google.protobuf.ByteString;

import io.grpc.Status.Code;
import io.matih.inference.server.proto.InferTensorContents;
import io.matih.inference.server.proto.ModelInferRequest;
import io.matih.inference.server.proto.ModelInferRequest.InferInputTensor;
import io.matih.inference.server.proto.ModelInferRequest.InferRequestedOutputTensor;
import io.matih.inference.server.proto.ModelInferResponse;
import io.matih.inference.server.proto.ModelInferResponse.InferOutputTensor;

/// Inference over gRPC.
final class GrpcInferClauses {
    private static final String ID = "doctor-1";

    private final GrpcCalls calls;
    private final Checks checks;
    private final SampleModel model;

    GrpcInferClauses(GrpcCalls calls, Checks checks, SampleModel model) {
        this.calls = calls;
        this.checks = checks;
        this.model = model;
    }

    void run() {
        checks.clause("a request in bytes is answered in bytes", this::rawAnswered);
        checks.clause("a request in typed contents is answered", this::typedAnswered);
        checks.clause("an id comes back", this::id);
        checks.clause("outputs come in the order they are asked in", this::order);
        checks.clause("a request may name its version", this::version);
        checks.clause(
                "a stream answers each of its requests", () -> new GrpcStream(calls, model).run());
        checks.clause(
                "a request to an unknown model is refused",
                () ->
                        refused(
                                raw(model).toBuilder().setModelName("no-such-model-of-the-doctor"),
                                Code.NOT_FOUND,
                                Code.INVALID_ARGUMENT));
        checks.clause(
                "bytes and typed contents together are refused",
                () -> {
                    requireTyped();
                    refused(
                            typed().addAllRawInputContents(raw(model).getRawInputContentsList()),
                            Code.INVALID_ARGUMENT);
                });
        checks.clause(
                "missing bytes are refused",
                () ->
                        refused(
                                raw(model).toBuilder()
                                        .clearRawInputContents()
                                        .addRawInputContents(ByteString.copyFromUtf8("x")),
                                Code.INVALID_ARGUMENT));
        checks.clause(
                "a missing input is refused",
                () ->
                        refused(
                                raw(model).toBuilder().clearInputs().clearRawInputContents(),
                                Code.INVALID_ARGUMENT));
        checks.clause(
                "another datatype than the model's is refused",
                () -> {
                    var request = raw(model).toBuilder();
                    request.getInputsBuilder(0).setDatatype("NONSENSE");
                    refused(request, Code.INVALID_ARGUMENT);
                });
        checks.clause(
                "an unknown output is refused",
                () ->
                        refused(
                                raw(model).toBuilder()
                                        .addOutputs(
                                                InferRequestedOutputTensor.newBuilder()
                                                        .setName("no-such-output")),
                                Code.INVALID_ARGUMENT,
                                Code.NOT_FOUND));
    }

    static ModelInferRequest raw(SampleModel model) {
        var request = ModelInferRequest.newBuilder().setModelName(model.name());
        for (var input : model.inputs()) {
            request.addInputs(described(input));
            request.addRawInputContents(ByteString.copyFrom(input.bytes()));
        }
        return request.build();
    }

    private static InferInputTensor.Builder described(SampleTensor input) {
        return InferInputTensor.newBuilder()
                .setName(input.name())
                .setDatatype(input.datatype().name())
                .addAllShape(input.shape());
    }

    private void requireTyped() {
        if (!model.hasJson()) {
            throw new NotOfferedException(
                    "the model has an input of half precision, which has no typed contents");
        }
    }

    private ModelInferRequest.Builder typed() {
        var request = ModelInferRequest.newBuilder().setModelName(model.name());
        for (var input : model.inputs()) {
            request.addInputs(described(input).setContents(contents(input)));
        }
        return request;
    }

    private static InferTensorContents contents(SampleTensor input) {
        var contents = InferTensorContents.newBuilder();
        for (long i = 0; i < input.elements(); i++) {
            switch (input.datatype()) {
                case BOOL -> contents.addBoolContents(false);
                case UINT8, UINT16, UINT32 -> contents.addUintContents(0);
                case UINT64 -> contents.addUint64Contents(0);
                case INT8, INT16, INT32 -> contents.addIntContents(0);
                case INT64 -> contents.addInt64Contents(0);
                case FP32 -> contents.addFp32Contents(0);
                case FP64 -> contents.addFp64Contents(0);
                case BYTES -> contents.addBytesContents(ByteString.copyFromUtf8("a"));
                case FP16, BF16 -> throw new IllegalStateException("has no typed contents");
            }
        }
        return contents.build();
    }

    private void rawAnswered() {
        var response = answer(() -> calls.blocking().modelInfer(raw(model)));
        requireAnswer(response);
        requireEqual(
                response.getOutputsCount(),
                response.getRawOutputContentsCount(),
                "raw_output_contents");
    }

    private void requireAnswer(ModelInferResponse response) {
        requireEqual(model.name(), response.getModelName(), "model_name");
        requireEqual(
                model.outputs().stream().sorted().toList(),
                response.getOutputsList().stream()
                        .map(InferOutputTensor::getName)
                        .sorted()
                        .toList(),
                "outputs");
    }

    private void typedAnswered() {
        requireTyped();
        requireAnswer(answer(() -> calls.blocking().modelInfer(typed().build())));
    }

    private void id() {
        var request = raw(model).toBuilder().setId(ID).build();
        requireEqual(ID, answer(() -> calls.blocking().modelInfer(request)).getId(), "id");
        require(
                answer(() -> calls.blocking().modelInfer(raw(model))).getId().isEmpty(),
                "an id came back that nobody gave");
    }

    private void order() {
        var request = raw(model).toBuilder();
        model.outputs()
                .reversed()
                .forEach(
                        name ->
                                request.addOutputs(
                                        InferRequestedOutputTensor.newBuilder().setName(name)));
        var response = answer(() -> calls.blocking().modelInfer(request.build()));
        requireEqual(
                model.outputs().reversed(),
                response.getOutputsList().stream().map(InferOutputTensor::getName).toList(),
                "outputs");
    }

    private void version() {
        if (model.version().isEmpty()) {
            throw new NotOfferedException("the model's metadata names no version");
        }
        var request = raw(model).toBuilder().setModelVersion(model.version()).build();
        requireEqual(
                model.version(),
                answer(() -> calls.blocking().modelInfer(request)).getModelVersion(),
                "model_version");
    }

    private void refused(ModelInferRequest.Builder request, Code... codes) {
        GrpcCalls.requireRefused(() -> calls.blocking().modelInfer(request.build()), codes);
    }
}
