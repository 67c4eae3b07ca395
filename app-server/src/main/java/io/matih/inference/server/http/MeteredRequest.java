package io.matih.inference.server.http;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeoutException;

/// Counts a body while it is read, whoever reads it: its size, its pieces and its speed. What goes
/// wrong on the way comes out as a chunk that failed with a `ServingException`.
final class MeteredRequest extends Request.Wrapper {
    /// Below this average a piece is a nuisance. Jetty hands a body over in pieces of its own
    /// buffer, so their number alone says nothing about a large upload.
    private static final int FAIR_PIECE_BYTES = 256;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final HttpLimits limits;
    private final long limitBytes;
    private final HeldBytes held;
    private long heldHere;
    private long bytes;
    private long pieces;
    private long waitedNanos;
    private Content.@Nullable Chunk failure;

    MeteredRequest(Request request, HttpLimits limits, long limitBytes, HeldBytes held) {
        super(request);
        this.limits = limits;
        this.limitBytes = limitBytes;
        this.held = held;
    }

    /// Counts bytes that are kept in memory until the request is answered.
    ///
    /// @throws ServingException `OVERLOADED` where all requests together would hold too many
    void hold(long more) {
        if (heldHere == 0) {
            Request.addCompletionListener(this, _ -> held.giveBack(heldHere));
        }
        held.take(more);
        heldHere += more;
    }

    /// Bytes that have come over the wire so far.
    long bytesRead() {
        return bytes;
    }

    long limitBytes() {
        return limitBytes;
    }

    int inflationRatio() {
        return limits.inflationRatio();
    }

    @Override
    @SuppressWarnings("NullAway") // a null chunk is Jetty's "nothing yet"
    public Content.Chunk read() {
        if (failure != null) {
            return failure;
        }
        var chunk = super.read();
        if (chunk == null) {
            return null;
        }
        if (Content.Chunk.isFailure(chunk)) {
            return failing(named(chunk.getFailure()));
        }
        var refusal = count(chunk);
        if (refusal == null) {
            return chunk;
        }
        chunk.release();
        return failing(refusal);
    }

    /// Only the time spent waiting for the client counts against its speed.
    @Override
    public void demand(Runnable arrival) {
        long asked = System.nanoTime();
        super.demand(
                Invocable.from(
                        Invocable.getInvocationType(arrival),
                        () -> {
                            waitedNanos += System.nanoTime() - asked;
                            arrival.run();
                        }));
    }

    private Content.Chunk failing(Throwable cause) {
        failure = Content.Chunk.from(cause, true);
        return failure;
    }

    private @Nullable ServingException count(Content.Chunk chunk) {
        bytes += chunk.remaining();
        pieces += chunk.hasRemaining() ? 1 : 0;
        if (bytes > limitBytes) {
            return tooLarge(limitBytes);
        }
        if (pieces > limits.chunks() && bytes < pieces * FAIR_PIECE_BYTES) {
            return new ServingException(
                    ErrorCode.BAD_HTTP,
                    "the body comes in more than %d tiny chunks".formatted(limits.chunks()));
        }
        return chunk.isLast() || fastEnough() ? null : tooSlow();
    }

    private boolean fastEnough() {
        long elapsed = waitedNanos - limits.bodyGrace().toNanos();
        return elapsed <= 0
                || bytes >= (double) elapsed / NANOS_PER_SECOND * limits.bodyBytesPerSecond();
    }

    static ServingException tooLarge(long limitBytes) {
        return new ServingException(
                ErrorCode.BODY_TOO_LARGE, "the body is larger than %d bytes".formatted(limitBytes));
    }

    private ServingException tooSlow() {
        return new ServingException(
                ErrorCode.REQUEST_TIMEOUT,
                "the body comes in more slowly than %d bytes a second"
                        .formatted(limits.bodyBytesPerSecond()));
    }

    private static Throwable named(Throwable failure) {
        return switch (failure) {
            // Also a body that ends too early: its sender may have left, or may wait.
            case HttpException _ ->
                    new ServingException(
                            ErrorCode.BAD_HTTP, "the body's framing is broken", failure);
            case EofException _ ->
                    new ServingException(
                            ErrorCode.CANCELLED,
                            "the client left before its body was read",
                            failure);
            case TimeoutException _ ->
                    new ServingException(
                            ErrorCode.REQUEST_TIMEOUT, "the body stopped coming in", failure);
            default -> failure;
        };
    }
}
