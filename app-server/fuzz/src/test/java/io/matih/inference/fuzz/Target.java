package io.matih.inference.fuzz;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;
import io.matih.inference.server.inference.InferenceLimits;
import io.matih.inference.server.inference.PredictCall;
import io.matih.inference.server.inference.PredictCodec;
import io.matih.inference.server.inference.RequestTarget;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The codec with a model of two inputs and one output, as the targets use it.
final class Target {
    static final ModelMetadata METADATA =
            new ModelMetadata(
                    List.of(spec("x", Datatype.FP32, -1, 4), spec("s", Datatype.BYTES, -1, 1)),
                    List.of(spec("y", Datatype.FP32, -1, 3)),
                    8,
                    Map.of(),
                    "",
                    "",
                    1,
                    0,
                    0,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of());

    private static final PredictCodec CODEC = new PredictCodec(InferenceLimits.DEFAULT);
    private static final RequestTarget MODEL = new RequestTarget("m", null);
    private static final Signature SIGNATURE =
            new Signature("m", 1, METADATA, Map.of("x", List.of("a", "b", "c", "d")));

    private Target() {}

    private static TensorSpec spec(String name, Datatype datatype, long... axes) {
        return new TensorSpec(name, datatype, Shape.of(axes));
    }

    /// Empty where the request is refused; anything but a `ServingException` is what is looked for.
    static Optional<PredictCall> infer(byte[] body, @Nullable Integer jsonBytes) {
        try {
            return Optional.of(CODEC.read(body, jsonBytes, MODEL, (_, _) -> SIGNATURE));
        } catch (ServingException _) {
            return Optional.empty();
        }
    }

    static Optional<PredictCall> predict(byte[] body) {
        try {
            return Optional.of(CODEC.read(body, (_, _) -> SIGNATURE));
        } catch (ServingException _) {
            return Optional.empty();
        }
    }
}
