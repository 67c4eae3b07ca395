package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.server.http.DirectAnswer;

import org.jspecify.annotations.Nullable;

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
        return read(body, null, null, signatures);
    }

    /// The same for a request that may have binary tensors.
    ///
    /// @param body not changed as long as the request is used: binary tensors lie in it
    /// @param jsonBytes what `Inference-Header-Content-Length` says; absent where it was not sent;
    ///   0 with a target for a body that is the only input's bytes
    /// @param target whom the request is for; absent where the body says so
    public PredictCall read(
            byte[] body,
            @Nullable Integer jsonBytes,
            @Nullable RequestTarget target,
            SignatureSource signatures) {
        if (target != null && jsonBytes != null && jsonBytes == 0) {
            return RawRequest.read(body, target, signatures);
        }
        int length = jsonBytes == null ? body.length : jsonBytes;
        var binary =
                jsonBytes == null
                        ? BinarySection.none(target != null)
                        : BinarySection.behind(body, jsonBytes);
        try {
            return source.read(
                    body,
                    0,
                    length,
                    in -> new PredictReader(signatures, limits, binary, target).read(in));
        } catch (ServingException e) {
            // Tensors behind JSON whose end nobody told look like broken JSON.
            if (e.code() == ErrorCode.MALFORMED_JSON
                    && jsonBytes == null
                    && BinarySection.isMentioned(body)) {
                throw BinaryHeader.missing();
            }
            throw e;
        }
    }

    /// Writes the answer.
    ///
    /// @throws ServingException `NON_FINITE_OUTPUT` for NaN or an infinity that the client did not
    ///   ask to get as a string
    public DirectAnswer write(PredictCall call, InferenceResponse response, WriteOptions options) {
        return PredictWriter.write(call, response, options);
    }
}
