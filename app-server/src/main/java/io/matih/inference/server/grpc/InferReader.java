package io.matih.inference.server.grpc;

import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.server.inference.BinaryTensors;
import io.matih.inference.server.inference.InferenceLimits;
import io.matih.inference.server.proto.ModelInferRequest;
import io.matih.inference.server.proto.ModelInferRequest.InferInputTensor;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Reads requests for inference. Raw tensors stay where they are, in the message. What needs the
/// model is left to the engine, which checks it for every protocol. Any thread.
final class InferReader {
    private final InferenceLimits limits;
    private final BinaryTensors binary;

    InferReader(InferenceLimits limits) {
        this.limits = limits;
        binary = new BinaryTensors(limits);
    }

    /// @param left the time until the call's deadline; absent where it has none
    /// @throws ServingException with the code of what is wrong, its field and its value
    InferenceRequest read(ModelInferRequest message, @Nullable Duration left) {
        requireKnown(() -> "the message", message);
        requireAtMost(() -> "inputs", "entries", message.getInputsCount(), limits.maxTensors());
        requireAtMost(() -> "outputs", "entries", message.getOutputsCount(), limits.maxTensors());
        requireAtMost(
                () -> "id", "characters", message.getId().length(), InferenceLimits.MAX_ID_LENGTH);
        if (message.getModelName().isEmpty()) {
            throw Faults.wrong(
                    ErrorCode.MALFORMED_REQUEST, "model_name", "a model's name", "nothing");
        }
        var parameters = new InferParameters(limits);
        parameters.readRequest(message.getParametersMap());
        var timeout = parameters.timeout();
        return new InferenceRequest(
                message.getModelName(),
                message.getModelVersion().isEmpty() ? null : message.getModelVersion(),
                message.getId().isEmpty() ? null : message.getId(),
                inputs(message, parameters),
                outputs(message, parameters),
                parameters.routeKey(),
                parameters.priority(),
                parameters.cache(),
                timeout == null || (left != null && left.compareTo(timeout) < 0) ? left : timeout);
    }

    private List<Tensor> inputs(ModelInferRequest message, InferParameters parameters) {
        int raw = message.getRawInputContentsCount();
        int count = message.getInputsCount();
        if (raw > 0 && raw != count) {
            throw Faults.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    "raw_input_contents",
                    "none, or one entry for each of %d inputs".formatted(count),
                    Integer.toString(raw));
        }
        var inputs = new ArrayList<Tensor>(count);
        for (int i = 0; i < count; i++) {
            int index = i;
            inputs.add(
                    input(
                            () -> "inputs[" + index + "]",
                            message.getInputs(i),
                            raw == 0
                                    ? null
                                    : MemorySegment.ofBuffer(
                                            message.getRawInputContents(i).asReadOnlyByteBuffer()),
                            parameters));
        }
        return inputs;
    }

    private Tensor input(
            Supplier<String> field,
            InferInputTensor input,
            @Nullable MemorySegment raw,
            InferParameters parameters) {
        requireKnown(field, input);
        requireName(field, input.getName());
        parameters.readInput(field, input.getParametersMap());
        var datatype = Datatype.of(input.getDatatype(), () -> field.get() + ".datatype");
        var axes = new long[input.getShapeCount()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = input.getShape(i);
        }
        var shape = binary.shape(() -> field.get() + ".shape", axes);
        if (raw == null) {
            var contents = field.get() + ".contents";
            requireKnown(() -> contents, input.getContents());
            var data =
                    TypedContents.read(
                            contents, datatype, shape.elementCount(), input.getContents());
            return new Tensor(input.getName(), datatype, shape, data);
        }
        if (input.hasContents()) {
            throw Faults.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    field.get() + ".contents",
                    "nothing where raw_input_contents are sent",
                    "both");
        }
        return BinaryTensors.read(field, input.getName(), datatype, shape, raw);
    }

    private List<RequestedOutput> outputs(ModelInferRequest message, InferParameters parameters) {
        if (message.getOutputsCount() == 0) {
            return List.of();
        }
        var outputs = new ArrayList<RequestedOutput>(message.getOutputsCount());
        for (int i = 0; i < message.getOutputsCount(); i++) {
            int index = i;
            Supplier<String> field = () -> "outputs[" + index + "]";
            var output = message.getOutputs(i);
            requireKnown(field, output);
            requireName(field, output.getName());
            outputs.add(
                    new RequestedOutput(
                            output.getName(),
                            parameters.readOutput(field, output.getParametersMap())));
        }
        return outputs;
    }

    private void requireName(Supplier<String> field, String name) {
        if (name.isEmpty()) {
            throw Faults.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    field.get() + ".name",
                    "a tensor's name",
                    "nothing");
        }
        requireAtMost(
                () -> field.get() + ".name", "characters", name.length(), limits.maxNameLength());
    }

    private static void requireAtMost(Supplier<String> field, String what, int count, int most) {
        if (count > most) {
            throw Faults.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    field.get(),
                    "at most %d %s".formatted(most, what),
                    Integer.toString(count));
        }
    }

    /// What is not understood must not be passed over: it may change what is asked for.
    private static void requireKnown(Supplier<String> field, Message message) {
        if (!message.getUnknownFields().equals(UnknownFieldSet.getDefaultInstance())) {
            throw Faults.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    field.get(),
                    "fields of the protocol alone",
                    "field " + message.getUnknownFields().asMap().keySet().iterator().next());
        }
    }
}
