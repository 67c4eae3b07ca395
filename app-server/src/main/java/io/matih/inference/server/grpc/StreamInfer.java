package io.matih.inference.server.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.matih.inference.server.proto.ModelStreamInferResponse;

/// `ModelStreamInfer`: requests and answers over one call.
final class StreamInfer implements ServerCallHandler<Received, ModelStreamInferResponse> {
    /// Asks for a failed request to end the stream with its status, rather than for a message.
    private static final Metadata.Key<String> WANTS_STATUS =
            Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER);

    private final InferencePath path;

    StreamInfer(InferencePath path) {
        this.path = path;
    }

    @Override
    public ServerCall.Listener<Received> startCall(
            ServerCall<Received, ModelStreamInferResponse> call, Metadata headers) {
        boolean wantsStatus = "true".equals(headers.get(WANTS_STATUS));
        var stream = new StreamCall(path, call, wantsStatus, Context.current().getDeadline());
        stream.start();
        return stream;
    }
}
