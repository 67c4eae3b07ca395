package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceResponse;

/// The wire form of `POST /api/v1/inference/predict`. Any thread.
public final class PredictCodec {
    private final InferenceLimits limits;
    private final JsonSource source;

    public PredictCodec(InferenceLimits limits) {
        this.limits = limits;
        this.source = new JsonSource(limits);
    }

    /// Reads a request. What needs the model beyond its signature, such as missing inputs, declared
    /// shapes and the batch size, is left to the engine, which checks it for every protocol.
    ///
    /// @param body not changed until this returns, and not kept
    /// @param signatures asked only where decoding depends on the model: for `instances`, and to
    ///   check `outputs`
    /// @throws ServingException with the code of what is wrong, its field and its value
    public PredictCall read(byte[] body, SignatureSource signatures) {
        return read(body, 0, body.length, signatures);
    }

    /// Reads a request that is part of a larger buffer.
    public PredictCall read(byte[] buffer, int offset, int length, SignatureSource signatures) {
        return source.read(
                buffer, offset, length, in -> new PredictReader(signatures, limits).read(in));
    }

    /// Writes the answer.
    ///
    /// @throws ServingException `NON_FINITE_OUTPUT` for NaN or an infinity that the client did not
    ///   ask to get as a string
    public byte[] write(PredictCall call, InferenceResponse response, WriteOptions options) {
        return PredictWriter.write(call, response, options);
    }
}
