package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Tensor;

/// Writes the Open Inference Protocol's tensors in JSON, whatever answer they are part of. Any
/// thread.
public final class TensorWriter {
    private static final int TYPICAL_NUMBER = 12;
    private static final int FRAME = 96;

    /// About how many bytes a tensor takes in JSON without its data.
    static final int HEAD = 160;

    private TensorWriter() {}

    /// Writes name, datatype, shape and the data, flat and in row-major order.
    ///
    /// @param nonFiniteAsStrings whether NaN and the infinities may be written as strings
    /// @throws ServingException `NON_FINITE_OUTPUT`
    public static void write(JsonOutput out, Tensor tensor, boolean nonFiniteAsStrings) {
        startHead(out, tensor);
        out.name("data").startArray();
        var elements = new TensorElements(tensor, nonFiniteAsStrings);
        for (long i = tensor.shape().elementCount(); i > 0; i--) {
            elements.next(out);
        }
        out.endArray().endObject();
    }

    /// Writes everything but the data, which goes out in binary.
    static void writeHead(JsonOutput out, Tensor tensor) {
        startHead(out, tensor);
        out.name("parameters").startObject();
        out.name(TensorReader.BINARY_SIZE).number(tensor.data().byteSize());
        out.endObject().endObject();
    }

    private static void startHead(JsonOutput out, Tensor tensor) {
        out.startObject();
        out.name("name").string(tensor.name());
        out.name("datatype").string(tensor.datatype().name());
        out.name("shape").startArray();
        for (long axis : tensor.shape().toArray()) {
            out.number(axis);
        }
        out.endArray();
    }

    /// About how many bytes a tensor takes in JSON.
    static long estimate(Tensor tensor) {
        return FRAME
                + (tensor.datatype() == Datatype.BYTES
                        ? tensor.data().byteSize()
                        : tensor.shape().elementCount() * TYPICAL_NUMBER);
    }
}
