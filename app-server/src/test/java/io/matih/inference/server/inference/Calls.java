package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.InferenceResponse.Timings;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Requests, signatures and answers for the codec's tests.
final class Calls {
    static final PredictCodec CODEC = new PredictCodec(InferenceLimits.DEFAULT);

    static final SignatureSource IRIS =
            source(
                    List.of(spec("X", Datatype.FP32, -1, 4)),
                    List.of(
                            spec("label", Datatype.INT64, -1),
                            spec("probabilities", Datatype.FP32, -1, 3)),
                    Map.of("X", List.of("sl", "sw", "pl", "pw")));

    private Calls() {}

    static TensorSpec spec(String name, Datatype datatype, long... axes) {
        return new TensorSpec(name, datatype, Shape.of(axes));
    }

    static SignatureSource source(TensorSpec... inputs) {
        return source(List.of(inputs), List.of(spec("y", Datatype.FP32, -1, 3)), Map.of());
    }

    static SignatureSource source(
            List<TensorSpec> inputs, List<TensorSpec> outputs, Map<String, List<String>> features) {
        var metadata =
                new ModelMetadata(
                        inputs, outputs, 8, Map.of(), "", "", 1, 0, 0, List.of(), List.of(),
                        List.of(), List.of());
        return (model, version) -> {
            if (model.equals("nope")) {
                throw new ServingException(ErrorCode.MODEL_NOT_FOUND, "no model 'nope'");
            }
            return new Signature(model, 3, metadata, features);
        };
    }

    static PredictCall read(String body) {
        return read(body, IRIS);
    }

    static PredictCall read(String body, SignatureSource signatures) {
        return CODEC.read(body.getBytes(StandardCharsets.UTF_8), signatures);
    }

    static ServingException refusal(byte[] body, SignatureSource signatures) {
        return Objects.requireNonNull(
                catchThrowableOfType(ServingException.class, () -> CODEC.read(body, signatures)),
                "was accepted");
    }

    /// A request with one input `x`.
    static String input(String datatype, String shape, String data) {
        return input(datatype, shape, data, "{}");
    }

    static String input(String datatype, String shape, String data, String parameters) {
        return """
        {"model":"m","inputs":[{"name":"x","datatype":"%s","shape":%s,"data":%s}],"parameters":%s}"""
                .formatted(datatype, shape, data, parameters);
    }

    static byte[] bytes(Tensor tensor) {
        return tensor.data().toArray(ValueLayout.JAVA_BYTE);
    }

    static Tensor floats(String name, Shape shape, float... values) {
        var buffer = new ElementBuffer(values.length * Float.BYTES);
        for (float value : values) {
            buffer.putInt(Float.floatToRawIntBits(value));
        }
        return new Tensor(name, Datatype.FP32, shape, buffer.toSegment());
    }

    static Tensor longs(String name, Datatype datatype, Shape shape, long... values) {
        var buffer = new ElementBuffer(values.length * Long.BYTES);
        for (long value : values) {
            buffer.putLong(value);
        }
        return new Tensor(name, datatype, shape, buffer.toSegment());
    }

    static Tensor raw(String name, Datatype datatype, Shape shape, int... bytes) {
        var data = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            data[i] = (byte) bytes[i];
        }
        return new Tensor(name, datatype, shape, MemorySegment.ofArray(data));
    }

    static InferenceResponse response(Tensor... outputs) {
        return new InferenceResponse(
                "iris",
                3,
                "stable",
                List.of(outputs),
                Map.of(),
                "onnxruntime",
                Device.CPU,
                null,
                new InferenceResponse.Batch(8, "full"),
                new Timings(210_999, 15_000, 640_000, 5_000));
    }

    static String write(PredictCall call, Tensor... outputs) {
        return write(call, new WriteOptions(false), outputs);
    }

    static String write(PredictCall call, @Nullable WriteOptions options, Tensor... outputs) {
        var answer =
                CODEC.write(
                        call,
                        response(outputs),
                        Objects.requireNonNullElse(options, WriteOptions.DEFAULT));
        return StandardCharsets.UTF_8.decode(answer.parts().getFirst()).toString();
    }
}
