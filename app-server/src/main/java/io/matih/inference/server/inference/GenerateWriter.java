package io.matih.inference.server.inference;

import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.tensor.Tensor;

/// Writes the flat object of one generate answer: each output under its name, a single element as
/// it is and several as a flat array. Any thread.
final class GenerateWriter {
    private static final int ENVELOPE = 256;

    private GenerateWriter() {}

    static byte[] write(PredictCall call, InferenceResponse response) {
        var out = new JsonOutput(ENVELOPE).startObject();
        var id = call.request().id();
        if (id != null) {
            field(out, response, "id", id);
        }
        field(out, response, "model_name", response.model());
        field(out, response, "model_version", Integer.toString(response.version()));
        for (var output : response.outputs()) {
            out.name(output.name());
            value(out, output, call.options().nonFiniteAsStrings());
        }
        return out.endObject().toBytes();
    }

    /// An output of the same name goes before.
    private static void field(
            JsonOutput out, InferenceResponse response, String name, String value) {
        if (response.outputs().stream().noneMatch(output -> output.name().equals(name))) {
            out.name(name).string(value);
        }
    }

    private static void value(JsonOutput out, Tensor output, boolean nonFiniteAsStrings) {
        var elements = new TensorElements(output, nonFiniteAsStrings);
        long count = output.shape().elementCount();
        if (count == 1) {
            elements.next(out);
            return;
        }
        out.startArray();
        for (long i = 0; i < count; i++) {
            elements.next(out);
        }
        out.endArray();
    }
}
