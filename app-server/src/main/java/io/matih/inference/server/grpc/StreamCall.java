package io.matih.inference.server.grpc;

import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.grpc.Inference.Outcome;
import io.matih.inference.server.proto.ModelStreamInferResponse;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/// One stream. Its requests run side by side; answers leave in the order of the requests, as fast
/// as the client reads them. A request has its place from its arrival until its answer has left,
/// and no further message is read while all places are taken: neither requests nor answers pile up.
///
/// The call's methods are called under the lock, for answers come on any thread. Inferences are
/// started and cancelled outside of it.
final class StreamCall extends ServerCall.Listener<Received> {
    static final int PLACES = 16;

    private final InferencePath path;
    private final ServerCall<Received, ModelStreamInferResponse> call;
    private final boolean wantsStatus;
    private final @Nullable Deadline deadline;
    private final HeldMessages held = HeldMessages.ofCall();
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Place> places = new ArrayDeque<>();
    private boolean begun;
    private boolean sending;
    private boolean halfClosed;
    private boolean draining;
    private boolean closed;

    /// @param wantsStatus whether a failed request ends the stream with its status
    StreamCall(
            InferencePath path,
            ServerCall<Received, ModelStreamInferResponse> call,
            boolean wantsStatus,
            @Nullable Deadline deadline) {
        this.path = path;
        this.call = call;
        this.wantsStatus = wantsStatus;
        this.deadline = deadline;
    }

    private record Place(Inference inference, long heldBytes) {}

    void start() {
        held.whenFull(this::refuse);
        call.request(PLACES);
        path.streams().add(this);
    }

    @Override
    public void onMessage(Received message) {
        var inference = new Inference(path, true, _ -> send());
        long bytes = held.take(message);
        lock.lock();
        try {
            if (closed) {
                return;
            }
            places.add(new Place(inference, bytes));
        } finally {
            lock.unlock();
        }
        inference.start(message, deadline);
    }

    @Override
    public void onHalfClose() {
        lock.lock();
        try {
            halfClosed = true;
        } finally {
            lock.unlock();
        }
        send();
    }

    /// Takes no new message, answers what it has, and ends.
    void drain() {
        lock.lock();
        try {
            draining = true;
        } finally {
            lock.unlock();
        }
        send();
    }

    @Override
    public void onReady() {
        send();
    }

    @Override
    public void onComplete() {
        path.streams().remove(this);
    }

    @Override
    public void onCancel() {
        path.streams().remove(this);
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        cancel(abandoned());
    }

    /// Sends what is next in order, is there, and can be taken by the client.
    private void send() {
        List<Place> left;
        lock.lock();
        try {
            if (sending) {
                return; // a method of the call came back here; the loop below goes on
            }
            sending = true;
            var outcome = next();
            while (outcome != null) {
                send(outcome);
                outcome = next();
            }
            sending = false;
            endIfDone();
            left = closed ? abandoned() : List.of();
        } finally {
            lock.unlock();
        }
        cancel(left);
    }

    private @Nullable Outcome next() {
        var first = places.peek();
        return closed || first == null || !call.isReady() ? null : first.inference().outcome();
    }

    private void send(Outcome outcome) {
        var place = places.remove();
        if (wantsStatus && outcome instanceof Outcome.Failed(var failure)) {
            close(failure);
            return;
        }
        if (!begun) {
            begun = true;
            call.sendHeaders(new Metadata());
        }
        call.sendMessage(message(place.inference(), outcome));
        if (outcome instanceof Outcome.Answered) {
            place.inference().sent();
        }
        held.giveBack(place.heldBytes());
        if (!draining) {
            call.request(1);
        }
    }

    private static ModelStreamInferResponse message(Inference inference, Outcome outcome) {
        var message = ModelStreamInferResponse.newBuilder();
        return switch (outcome) {
            case Outcome.Answered(var response) -> message.setInferResponse(response).build();
            case Outcome.Failed(var failure) ->
                    message.setErrorMessage(failure.getMessage())
                            .setInferResponse(InferWriter.failed(inference.id()))
                            .build();
        };
    }

    private void endIfDone() {
        if (closed || !places.isEmpty()) {
            return;
        }
        if (halfClosed) {
            closed = true;
            call.close(Status.OK, new Metadata());
        } else if (draining) {
            close(new ServingException(ErrorCode.SHUTTING_DOWN, "the server is shutting down"));
        }
    }

    /// There is no room for what arrives.
    private void refuse(ServingException failure) {
        List<Place> left;
        lock.lock();
        try {
            close(failure);
            left = abandoned();
        } finally {
            lock.unlock();
        }
        cancel(left);
    }

    private void close(ServingException failure) {
        if (!closed) {
            closed = true;
            var closing = CallFailures.of(failure);
            var trailers = closing.getTrailers();
            call.close(closing.getStatus(), trailers == null ? new Metadata() : trailers);
        }
    }

    /// What is still under way and has nobody to answer to.
    private List<Place> abandoned() {
        lock.lock();
        try {
            var left = new ArrayList<>(places);
            places.clear();
            return left;
        } finally {
            lock.unlock();
        }
    }

    private static void cancel(List<Place> places) {
        places.forEach(place -> place.inference().cancel());
    }
}
