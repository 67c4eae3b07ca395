package io.matih.inference.server.inference;

import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.server.http.DirectAnswer;
import io.matih.inference.server.http.MediaType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// One row as a flat JSON object by input name, and its outputs likewise: Triton's generate
/// extension.
///
/// @param stream whether the answer is a stream of server-sent events; models here have one answer
///   to a request, so it is one event
public record GenerateForm(
        JsonSource source, InferenceLimits limits, RequestTarget target, boolean stream)
        implements WireForm {
    private static final byte[] EVENT = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public PredictCall read(byte[] body, SignatureSource signatures) {
        signatures.named(target.model());
        var signature = signatures.signature(target.model(), target.version());
        return source.read(
                body, 0, body.length, in -> new GenerateReader(signature, limits).read(in, target));
    }

    @Override
    public DirectAnswer write(PredictCall call, InferenceResponse response) {
        var json = GenerateWriter.write(call, response);
        if (!stream) {
            return DirectAnswer.json(json);
        }
        return new DirectAnswer(
                MediaType.EVENT_STREAM + "; charset=utf-8",
                Map.of(),
                List.of(ByteBuffer.wrap(EVENT), ByteBuffer.wrap(json), ByteBuffer.wrap(EVENT_END)));
    }
}
