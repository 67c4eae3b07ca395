package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.CacheMode;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/// A body that is nothing but the bytes of a model's one input, as Triton takes it: one row, its
/// shape what the model declares; every output goes out in binary. One element of `BYTES` comes
/// without its length.
final class RawRequest {
    private RawRequest() {}

    /// @throws ServingException `BINARY_SIZE` for a model of several inputs and for a body of
    ///   another size, `INVALID_SHAPE` where a declared shape leaves too much open
    static PredictCall read(byte[] body, RequestTarget target, SignatureSource signatures) {
        signatures.named(target.model());
        var signature = signatures.signature(target.model(), target.version());
        var spec = onlyInput(signature);
        var data =
                spec.datatype() == Datatype.BYTES
                        ? BinaryTensors.join(List.of(ByteBuffer.wrap(body)))
                        : MemorySegment.ofArray(body);
        var shape = shape(spec, signature.metadata().batchable(), body.length);
        var tensor =
                BinaryTensors.read(() -> "the body", spec.name(), spec.datatype(), shape, data);
        var request =
                new InferenceRequest(
                        target.model(),
                        target.version(),
                        null,
                        List.of(tensor),
                        List.of(),
                        null,
                        0,
                        CacheMode.USE,
                        null);
        return new PredictCall(request, new AnswerOptions(null, false, BinaryOutputs.ALL));
    }

    private static TensorSpec onlyInput(Signature signature) {
        var inputs = signature.metadata().inputs();
        if (inputs.size() != 1) {
            throw JsonInput.wrong(
                    ErrorCode.BINARY_SIZE,
                    BinaryHeader.NAME,
                    "the length of a JSON part, for only a model of one input can do without",
                    "0 and a model of %d inputs".formatted(inputs.size()));
        }
        return inputs.getFirst();
    }

    /// The first axis that is open counts rows; one more takes what the bytes leave.
    private static Shape shape(TensorSpec spec, boolean batchable, long bytes) {
        var shape = spec.shape();
        long left = spec.datatype() == Datatype.BYTES ? 1 : bytes / spec.datatype().byteSize();
        if (batchable) {
            shape = shape.withAxis(0, 1);
        }
        int open = -1;
        for (int i = 0; i < shape.rank(); i++) {
            if (shape.axis(i) > 0) {
                left /= shape.axis(i);
            } else if (open < 0 && shape.axis(i) == Shape.ANY) {
                open = i;
            } else {
                throw undecided(spec);
            }
        }
        return open < 0 ? shape : shape.withAxis(open, left);
    }

    private static ServingException undecided(TensorSpec spec) {
        return new ServingException(
                ErrorCode.INVALID_SHAPE,
                "input '%s' is declared as %s, which does not tell the shape of raw bytes; send JSON in front of them"
                        .formatted(ServingException.clip(spec.name()), spec.shape()),
                new ErrorDetail(
                        BinaryHeader.NAME,
                        "the length of a JSON part that has the shape",
                        spec.shape().toString()));
    }
}
