package io.matih.inference.bench;

import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;
import io.matih.inference.server.http.DirectAnswer;
import io.matih.inference.server.inference.InferenceLimits;
import io.matih.inference.server.inference.PredictCall;
import io.matih.inference.server.inference.PredictCodec;
import io.matih.inference.server.inference.WriteOptions;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One row of random floats as a request in both forms, and as an answer.
final class CodecSample {
    private static final long SEED = 3;

    final byte[] tensorBody;
    final byte[] rowBody;

    private final PredictCodec codec = new PredictCodec(InferenceLimits.DEFAULT);
    private final Signature signature;
    private final PredictCall call;
    private final InferenceResponse response;

    CodecSample(int floats) {
        var random = new SplittableRandom(SEED);
        var values = new float[floats];
        for (int i = 0; i < floats; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        var numbers =
                IntStream.range(0, floats)
                        .mapToObj(i -> Float.toString(values[i]))
                        .collect(Collectors.joining(","));
        tensorBody =
                """
                {"model":"m","inputs":[{"name":"x","shape":[1,%d],"datatype":"FP32","data":[%s]}]}"""
                        .formatted(floats, numbers)
                        .getBytes(StandardCharsets.UTF_8);
        rowBody =
                "{\"model\":\"m\",\"instances\":[[%s]]}"
                        .formatted(numbers)
                        .getBytes(StandardCharsets.UTF_8);
        signature = new Signature("m", 1, metadata(floats), Map.of());
        var output =
                new Tensor("y", Datatype.FP32, Shape.of(1, floats), MemorySegment.ofArray(values));
        response =
                new InferenceResponse(
                        "m",
                        1,
                        "stable",
                        List.of(output),
                        Map.of(),
                        "onnxruntime",
                        Device.CPU,
                        null,
                        new InferenceResponse.Batch(8, "full"),
                        new InferenceResponse.Timings(1000, 2000, 30_000, 4000));
        call = read(tensorBody);
    }

    PredictCall read(byte[] body) {
        return codec.read(body, (_, _) -> signature);
    }

    DirectAnswer write() {
        return codec.write(call, response, WriteOptions.DEFAULT);
    }

    private static ModelMetadata metadata(int floats) {
        var shape = Shape.of(Shape.ANY, floats);
        return new ModelMetadata(
                List.of(new TensorSpec("x", Datatype.FP32, shape)),
                List.of(new TensorSpec("y", Datatype.FP32, shape)),
                8,
                Map.of("ai.onnx", 17L),
                "",
                "",
                1,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }
}
