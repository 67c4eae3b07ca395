package io.matih.inference.server.grpc;

import com.google.protobuf.UnsafeByteOperations;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.server.inference.Classification;
import io.matih.inference.server.proto.InferParameter;
import io.matih.inference.server.proto.ModelInferResponse;
import io.matih.inference.server.proto.ModelInferResponse.InferOutputTensor;

import java.util.List;

/// Writes answers: always with raw contents, as Triton does whatever it was sent, around the
/// model's outputs where they are. Any thread.
final class InferWriter {
    /// Says of a stream's answer that it is its request's last; here there is one for each.
    private static final String FINAL = "triton_final_response";

    private static final InferParameter YES =
            InferParameter.newBuilder().setBoolParam(true).build();

    private final int limitBytes;

    /// @param limitBytes the largest message
    InferWriter(int limitBytes) {
        this.limitBytes = limitBytes;
    }

    /// @throws ServingException `OUTPUT_TOO_LARGE`
    ModelInferResponse write(InferenceRequest request, InferenceResponse response, boolean stream) {
        var message = ModelInferResponse.newBuilder();
        message.setModelName(response.model());
        message.setModelVersion(Integer.toString(response.version()));
        var id = request.id();
        if (id != null) {
            message.setId(id);
        }
        if (stream) {
            message.putParameters(FINAL, YES);
        }
        long bytes = 0;
        for (int i = 0; i < response.outputs().size(); i++) {
            var tensor = response.outputs().get(i);
            var output = classified(tensor, request, response, i);
            bytes += output.data().byteSize();
            requireRoom(bytes);
            add(message, output);
        }
        var built = message.build();
        requireRoom(built.getSerializedSize());
        return built;
    }

    private static Tensor classified(
            Tensor tensor, InferenceRequest request, InferenceResponse response, int index) {
        int classes =
                request.outputs().isEmpty() ? 0 : request.outputs().get(index).classification();
        if (classes == 0) {
            return tensor;
        }
        var labels = response.classLabels().getOrDefault(tensor.name(), List.of());
        return Classification.best(tensor, classes, labels, true);
    }

    /// The place of an answer that failed, which tells whose it was.
    static ModelInferResponse failed(String id) {
        return ModelInferResponse.newBuilder().setId(id).putParameters(FINAL, YES).build();
    }

    private static void add(ModelInferResponse.Builder message, Tensor output) {
        var head = InferOutputTensor.newBuilder();
        head.setName(output.name());
        head.setDatatype(output.datatype().name());
        for (int i = 0; i < output.shape().rank(); i++) {
            head.addShape(output.shape().axis(i));
        }
        message.addOutputs(head);
        message.addRawOutputContents(UnsafeByteOperations.unsafeWrap(output.data().asByteBuffer()));
    }

    private void requireRoom(long bytes) {
        if (bytes > limitBytes) {
            throw new ServingException(
                    ErrorCode.OUTPUT_TOO_LARGE,
                    "the answer is larger than %d bytes".formatted(limitBytes));
        }
    }
}
