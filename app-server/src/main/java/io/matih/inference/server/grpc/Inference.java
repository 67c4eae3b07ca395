package io.matih.inference.server.grpc;

import io.grpc.Deadline;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceListener;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.telemetry.ModelMeters;
import io.matih.inference.server.proto.ModelInferRequest;
import io.matih.inference.server.proto.ModelInferResponse;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One request on its way from its message to its answer: decode, one call to the router, encode.
/// Started and cancelled by the call's thread, answered on any.
final class Inference {
    private static final long LAST_MOMENTS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final InferencePath path;
    private final boolean streamed;
    private final Consumer<Inference> settled;
    private final Cancellation cancellation = new Cancellation();
    private final long receivedNanos = System.nanoTime();

    /// The thread that reads the connection; absent where another one has begun.
    private final @Nullable EventExecutor reading;

    private String model = "";
    private String id = "";
    private volatile @Nullable Deadline deadline;
    private volatile @Nullable Outcome outcome;

    /// What was answered; absent before, and once it was sent.
    private @Nullable Answered answered;

    /// @param streamed whether the request came in a stream
    /// @param settled told once there is an outcome, on any thread, also before `start` returns
    Inference(InferencePath path, boolean streamed, Consumer<Inference> settled) {
        this.path = path;
        this.streamed = streamed;
        this.settled = settled;
        reading = path.threads().reading();
    }

    /// How it ended.
    sealed interface Outcome {
        record Answered(ModelInferResponse response) implements Outcome {}

        record Failed(ServingException failure) implements Outcome {}
    }

    /// Absent until it has ended.
    @Nullable Outcome outcome() {
        return outcome;
    }

    /// The client's own; empty where it gave none.
    String id() {
        return id;
    }

    /// Does what takes no waiting and returns.
    ///
    /// @param ofCall its deadline; absent where it has none
    void start(Received received, @Nullable Deadline ofCall) {
        deadline = ofCall;
        try {
            switch (received) {
                case Received.Broken(var failure) -> settle(new Outcome.Failed(failure));
                case Received.Whole(var message, _) -> offer(decode(message));
            }
        } catch (RuntimeException | Error failure) { // nobody else would tell the client
            settle(new Outcome.Failed(CallFailures.named(failure)));
        }
    }

    /// Nobody waits for the answer any more. Where that is because the call's deadline passes,
    /// which the client may notice a little earlier, the request's own deadline ends it, and it
    /// counts as late instead of as given up.
    void cancel() {
        var ends = deadline;
        if (ends == null || ends.timeRemaining(TimeUnit.NANOSECONDS) > LAST_MOMENTS_NANOS) {
            cancellation.cancel();
        }
    }

    /// The answer has left.
    void sent() {
        if (answered != null) {
            answered.meters()
                    .ifPresent(meters -> meters.succeeded(System.nanoTime() - receivedNanos));
            path.router().sent(answered.request(), answered.response());
            answered = null; // it holds the tensors of both
        }
    }

    /// A message that cannot be decoded is a failure of the model that it names, where it names one
    /// that is deployed.
    private InferenceRequest decode(ModelInferRequest message) {
        model = message.getModelName();
        id = message.getId();
        try {
            return path.reader().read(message, left());
        } catch (ServingException e) {
            count(e.code());
            throw e;
        }
    }

    private @Nullable Duration left() {
        var ends = deadline;
        if (ends == null) {
            return null;
        }
        long nanos = ends.timeRemaining(TimeUnit.NANOSECONDS);
        if (nanos <= 0) {
            throw new ServingException(
                    ErrorCode.DEADLINE, "the call's deadline had passed when its message was here");
        }
        return Duration.ofNanos(nanos);
    }

    private void offer(InferenceRequest request) {
        var pending = path.router().offer(request, new Answering(request));
        if (pending.isPresent()) {
            cancellation.stopsBy(pending.get()::cancel);
            afterReading(pending.get()::start);
        } else {
            path.threads().waiting().execute(() -> await(request));
        }
    }

    /// Runs the task once everything has been taken in that has arrived by now.
    private void afterReading(Runnable task) {
        if (reading == null) {
            task.run();
        } else {
            reading.execute(task);
        }
    }

    /// Runs the task on the thread that reads the connection, so that the thread that ran a batch
    /// does not have to encode and write the answers of all of it.
    private void whereItIsRead(Runnable task) {
        if (reading == null || reading.inEventLoop()) {
            task.run();
            return;
        }
        try {
            reading.execute(task);
        } catch (RejectedExecutionException _) { // it has ended, and with it the connection
            task.run();
        }
    }

    /// Waits for the response, on a thread of its own.
    private void await(InferenceRequest request) {
        cancellation.stopsBy(Thread.currentThread()::interrupt);
        var answering = new Answering(request);
        try {
            answering.answered(path.router().infer(request));
        } catch (RuntimeException | Error failure) { // as above
            answering.failed(CallFailures.named(failure));
        }
    }

    private void count(ErrorCode code) {
        path.router().meters(model).ifPresent(meters -> meters.failed(code));
    }

    private void settle(Outcome how) {
        outcome = how;
        settled.accept(this);
    }

    /// @param meters of the version that answered; empty where it serves no more
    private record Answered(
            InferenceRequest request, InferenceResponse response, Optional<ModelMeters> meters) {}

    private final class Answering implements InferenceListener {
        private final InferenceRequest request;

        private Answering(InferenceRequest request) {
            this.request = request;
        }

        @Override
        public void answered(InferenceResponse response) {
            whereItIsRead(() -> settle(encoded(response)));
        }

        private Outcome encoded(InferenceResponse response) {
            try {
                var meters = path.router().meters(response);
                var written = path.writer().write(request, response, streamed);
                answered = new Answered(request, response, meters);
                return new Outcome.Answered(written);
            } catch (RuntimeException | Error e) { // nobody else would tell the client
                var failure = CallFailures.named(e);
                count(failure.code());
                return new Outcome.Failed(failure);
            }
        }

        @Override
        public void failed(ServingException failure) {
            settle(new Outcome.Failed(failure));
        }
    }
}
