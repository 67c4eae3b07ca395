package io.matih.inference.server.doctor;

import static io.matih.inference.server.doctor.Checks.require;
import static io.matih.inference.server.doctor.Checks.requireEqual;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.matih.inference.server.proto.ModelStreamInferResponse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A stream of a few requests, one of which cannot be answered: its failure comes as a message, and
/// the stream goes on.
final class GrpcStream {
    private static final int REQUESTS = 3;

    private final GrpcCalls calls;
    private final SampleModel model;
    private final List<ModelStreamInferResponse> responses =
            Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    GrpcStream(GrpcCalls calls, SampleModel model) {
        this.calls = calls;
        this.model = model;
    }

    void run() {
        var requests = calls.async().modelStreamInfer(new Collector());
        var request = GrpcInferClauses.raw(model);
        requests.onNext(request.toBuilder().setId("0").build());
        requests.onNext(request.toBuilder().setModelName("no-such-model-of-the-doctor").build());
        requests.onNext(request.toBuilder().setId("1").build());
        requests.onCompleted();
        await();
        if (isBare()) {
            return;
        }
        requireEqual(REQUESTS, responses.size(), "responses to %d requests".formatted(REQUESTS));
        require(
                responses.stream()
                                .filter(r -> r.hasInferResponse() && r.getErrorMessage().isEmpty())
                                .count()
                        == REQUESTS - 1,
                "not every good request has a response");
        require(
                responses.stream().anyMatch(r -> !r.getErrorMessage().isEmpty()),
                "the failed request has no error_message");
    }

    /// MLServer streams the response itself, whose first field is the model's name.
    private boolean isBare() {
        return !responses.isEmpty()
                && responses.stream().noneMatch(ModelStreamInferResponse::hasInferResponse)
                && responses.getFirst().getErrorMessage().equals(model.name());
    }

    private void await() {
        try {
            ended.get(GrpcCalls.TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw GrpcCalls.refused(Status.fromThrowable(e.getCause()));
        } catch (TimeoutException e) {
            throw new BrokenClauseException("the stream did not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokenClauseException("interrupted");
        }
    }

    private final class Collector implements StreamObserver<ModelStreamInferResponse> {
        @Override
        public void onNext(ModelStreamInferResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable failure) {
            ended.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            ended.complete(null);
        }
    }
}
