package io.matih.inference.server.grpc;

import com.google.protobuf.UnsafeByteOperations;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.proto.ModelInferRequest;

import java.io.IOException;
import java.io.InputStream;

/// Reads requests for inference: the message is copied once, from the connection's buffers into an
/// array of its own, in which its tensors then lie.
final class ReceivedMarshaller implements MethodDescriptor.Marshaller<Received> {
    private final int limitBytes;

    ReceivedMarshaller(int limitBytes) {
        this.limitBytes = limitBytes;
    }

    @Override
    public Received parse(InputStream stream) {
        try {
            var bytes = whole(stream);
            var input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            input.enableAliasing(true);
            var request = ModelInferRequest.parser().parseFrom(input);
            input.checkLastTagWas(0);
            return new Received.Whole(request, bytes.length);
        } catch (StatusRuntimeException e) { // decompressed it passes the limit
            return new Received.Broken(
                    new ServingException(
                            ErrorCode.BODY_TOO_LARGE,
                            "the message is larger than %d bytes".formatted(limitBytes),
                            e));
        } catch (IOException e) {
            return new Received.Broken(
                    new ServingException(
                            ErrorCode.MALFORMED_REQUEST,
                            "the message is no well-formed ModelInferRequest",
                            e));
        }
    }

    /// Of an uncompressed message all is there, and its length is no claim.
    private static byte[] whole(InputStream stream) throws IOException {
        return stream instanceof KnownLength
                ? stream.readNBytes(stream.available())
                : stream.readAllBytes();
    }

    @Override
    public InputStream stream(Received value) {
        throw new UnsupportedOperationException("requests are only received here");
    }
}
