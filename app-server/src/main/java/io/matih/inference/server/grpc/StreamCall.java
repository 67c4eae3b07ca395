package io.matih.inference.server.grpc;

import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.grpc.Inference.Outcome;
import io.matih.inference.server.proto.ModelStreamInferResponse;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
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
        held.whenFull(this::refuse);
        call.request(PLACES);
    }

    private record Place(Inference inference, long heldBytes) {}

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

    @Override
    public void onReady() {
        send();
    }

    @Override
    public void onCancel() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        cancelAll();
    }

    /// Sends what is next in order, is there, and can be taken by the client.
    private void send() {
        lock.lock();
        try {
            if (sending) {
                return; // a call's method came back here; the loop below goes on
            }
            sending = true;
            var outcome = next();
            while (outcome != null) {
                send(outcome);
                outcome = next();
            }
            sending = false;
            if (halfClosed && places.isEmpty()) {
                close(Status.OK, new Metadata());
            }
        } finally {
            lock.unlock();
        }
        if (closed) {
            cancelAll();
        }
    }

    private @Nullable Outcome next() {
        var first = places.peek();
        return closed || first == null || !call.isReady() ? null : first.inference().outcome();
    }

    private void send(Outcome outcome) {
        var place = places.remove();
        if (wantsStatus && outcome instanceof Outcome.Failed(var failure)) {
            refuse(failure);
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
        call.request(1);
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

    private void refuse(ServingException failure) {
        var closing = CallFailures.of(failure);
        lock.lock();
        try {
            close(closing.getStatus(), closing.getTrailers());
        } finally {
            lock.unlock();
        }
    }

    private void close(Status status, @Nullable Metadata trailers) {
        if (!closed) {
            closed = true;
            call.close(status, trailers == null ? new Metadata() : trailers);
        }
    }

    /// What is still under way has nobody to answer to.
    private void cancelAll() {
        while (true) {
            Place place;
            lock.lock();
            try {
                place = places.poll();
            } finally {
                lock.unlock();
            }
            if (place == null) {
                return;
            }
            place.inference().cancel();
        }
    }
}
