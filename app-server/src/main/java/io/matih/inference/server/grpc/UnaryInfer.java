package io.matih.inference.server.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.grpc.Inference.Outcome;
import io.matih.inference.server.proto.ModelInferResponse;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicBoolean;

/// `ModelInfer`: one request, one answer.
final class UnaryInfer implements ServerCallHandler<Received, ModelInferResponse> {
    /// One more than there may be, so that a second message is noticed.
    private static final int MESSAGES = 2;

    private final InferencePath path;

    UnaryInfer(InferencePath path) {
        this.path = path;
    }

    @Override
    public ServerCall.Listener<Received> startCall(
            ServerCall<Received, ModelInferResponse> call, Metadata headers) {
        call.request(MESSAGES);
        return new Call(call);
    }

    private final class Call extends ServerCall.Listener<Received> {
        private final ServerCall<Received, ModelInferResponse> call;
        private final HeldMessages held = HeldMessages.ofCall();
        private final Inference inference = new Inference(path, false, this::answer);
        private final AtomicBoolean closed = new AtomicBoolean();
        private @Nullable Received received;

        private Call(ServerCall<Received, ModelInferResponse> call) {
            this.call = call;
            held.whenFull(failure -> close(new Outcome.Failed(failure)));
        }

        @Override
        public void onMessage(Received message) {
            held.take(message);
            received = message;
        }

        @Override
        public void onHalfClose() {
            inference.start(
                    received == null ? nothing() : received, Context.current().getDeadline());
        }

        private static Received nothing() {
            return new Received.Broken(
                    new ServingException(
                            ErrorCode.MALFORMED_REQUEST, "the call ended without a message"));
        }

        @Override
        public void onCancel() {
            inference.cancel();
        }

        private void answer(Inference ended) {
            var outcome = ended.outcome();
            if (outcome != null) {
                close(outcome);
            }
        }

        /// The first outcome counts: there may be no room for a message, or its answer.
        private void close(Outcome outcome) {
            if (!closed.compareAndSet(false, true)) {
                return;
            }
            switch (outcome) {
                case Outcome.Answered(var response) -> {
                    call.sendHeaders(new Metadata());
                    call.sendMessage(response);
                    call.close(Status.OK, new Metadata());
                    inference.sent();
                }
                case Outcome.Failed(var failure) -> {
                    var closing = CallFailures.of(failure);
                    var trailers = closing.getTrailers();
                    call.close(closing.getStatus(), trailers == null ? new Metadata() : trailers);
                }
            }
        }
    }
}
