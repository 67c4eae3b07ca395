package io.matih.inference.server.inference;

import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.server.http.DirectAnswer;
import io.matih.inference.server.http.DirectExchange;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// JSON, with binary tensors behind it where `Inference-Header-Content-Length` says so: the form of
/// predict, and of the Open Inference Protocol's infer.
///
/// @param headerLengths the values of that header
/// @param target whom the request is for; absent where the body says so
public record TensorForm(
        PredictCodec codec,
        List<String> headerLengths,
        @Nullable RequestTarget target,
        WriteOptions options)
        implements WireForm {
    public static TensorForm of(
            PredictCodec codec,
            DirectExchange exchange,
            @Nullable RequestTarget target,
            WriteOptions options) {
        return new TensorForm(codec, exchange.headers(BinaryHeader.NAME), target, options);
    }

    @Override
    public PredictCall read(byte[] body, SignatureSource signatures) {
        var json = BinaryHeader.read(headerLengths, body.length);
        return codec.read(body, json, target, signatures);
    }

    @Override
    public DirectAnswer write(PredictCall call, InferenceResponse response) {
        return codec.write(call, response, options);
    }
}
