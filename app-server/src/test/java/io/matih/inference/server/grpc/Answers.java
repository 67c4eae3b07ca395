package io.matih.inference.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.matih.inference.server.proto.ModelInferRequest;
import io.matih.inference.server.proto.ModelStreamInferResponse;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What came back over a stream.
///
/// One that does not read by itself takes so many messages as it asks for.
final class Answers implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
    private final boolean reads;
    private final LinkedBlockingQueue<ModelStreamInferResponse> answers =
            new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<ModelInferRequest> call;

    private Answers(boolean reads) {
        this.reads = reads;
    }

    static Answers reading() {
        return new Answers(true);
    }

    static Answers holdingStill() {
        return new Answers(false);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> requests) {
        call = requests;
        if (!reads) {
            requests.disableAutoRequestWithInitial(0);
        }
    }

    void read(int messages) {
        Objects.requireNonNull(call).request(messages);
    }

    ModelStreamInferResponse next() throws InterruptedException {
        var answer = answers.poll(60, TimeUnit.SECONDS);
        return Objects.requireNonNull(answer, () -> "no answer: " + end.getNow(Status.UNKNOWN));
    }

    Status end() throws Exception {
        var status = end.get(60, TimeUnit.SECONDS);
        assertThat(answers).isEmpty();
        return status;
    }

    void leave() {
        Objects.requireNonNull(call).cancel("leaves", null);
    }

    @Override
    public void onNext(ModelStreamInferResponse answer) {
        answers.add(answer);
    }

    @Override
    public void onError(Throwable failure) {
        end.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }
}
