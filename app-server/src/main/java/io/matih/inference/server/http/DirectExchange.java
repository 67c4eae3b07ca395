package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;

/// One request and its answer, for a `DirectHandler`.
public final class DirectExchange {
    /// A larger body is read, decoded and answered on a thread of its own.
    private static final int SMALL_BODY_BYTES = 64 * 1024;

    private static final HttpField JSON_TYPE =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, MediaType.JSON);

    private final Carrier carrier;
    private final Route route;
    private final DirectHandler handler;
    private final RequestIdentity identity;
    private final Executor threads;
    private final ConnectionWatch connections;
    private final @Nullable String encoding;
    private boolean mayWait;

    DirectExchange(
            Carrier carrier,
            Route route,
            DirectHandler handler,
            RequestIdentity identity,
            Executor threads,
            ConnectionWatch connections) {
        this.carrier = carrier;
        this.route = route;
        this.handler = handler;
        this.identity = identity;
        this.threads = threads;
        this.connections = connections;
        encoding = Encodings.ofResponse(carrier.headers());
    }

    /// Reads the body and calls the handler. Returns at once.
    void read(MeteredRequest request) {
        long length = request.getLength();
        if (length < 0
                || length > SMALL_BODY_BYTES
                || Encodings.ofRequest(request.getHeaders()) != null) {
            onThreadOfItsOwn(
                    () -> handler.handle(this, RequestBody.read(request, request.limitBytes())));
        } else {
            advance(request, new WholeBody(request, request.limitBytes()));
        }
    }

    private void advance(MeteredRequest request, WholeBody body) {
        try {
            if (body.advance()) {
                handler.handle(this, body.bytes());
            } else {
                request.demand(
                        Invocable.from(
                                Invocable.InvocationType.NON_BLOCKING,
                                () -> advance(request, body)));
            }
        } catch (Throwable failure) { // a request's top: whatever it was becomes the answer
            fail(failure);
        }
    }

    /// Calls the handler with the body that is there already.
    void begin(byte[] body) {
        try {
            handler.handle(this, body);
        } catch (Throwable failure) { // as above
            fail(failure);
        }
    }

    public String requestId() {
        return identity.requestId();
    }

    /// The value of a query parameter that the route knows.
    public @Nullable String query(String name) {
        return carrier.query(name);
    }

    /// What stands in the path for `{name}`; absent where the route has no such segment.
    public @Nullable String path(String name) {
        return PathTemplate.of(route.path()).value(name, carrier.path());
    }

    /// The values of a header, as often as it was sent.
    public List<String> headers(String name) {
        return carrier.headers().getValuesList(name);
    }

    /// Whether the handler runs on a thread that may wait.
    public boolean mayWait() {
        return mayWait;
    }

    /// Goes on elsewhere; what fails there becomes the answer. The thread is interrupted when the
    /// client leaves.
    public void onThreadOfItsOwn(Runnable rest) {
        threads.execute(
                () -> {
                    mayWait = true;
                    whenClientLeaves(Thread.currentThread()::interrupt);
                    try {
                        rest.run();
                    } catch (Throwable failure) { // as above
                        fail(failure);
                    }
                });
    }

    /// Runs the task on the reading thread, once that has taken in all that has arrived by now.
    public void afterReading(Runnable task) {
        if (carrier.connection().getEndPoint() instanceof WatchedEndPoint endPoint) {
            endPoint.selector().later(task);
        } else {
            task.run();
        }
    }

    /// Runs the task on the reading thread, at once where this is it: what that thread writes it
    /// can go on from, while another one would have to wake it.
    public void whereItIsRead(Runnable task) {
        if (carrier.connection().getEndPoint() instanceof WatchedEndPoint endPoint
                && !endPoint.selector().isCurrent()) {
            endPoint.selector().later(task);
        } else {
            task.run();
        }
    }

    /// What is to be done when the client leaves before its answer; replaces what was said before.
    public void whenClientLeaves(Runnable action) {
        connections.whenClientLeaves(carrier.connection(), action);
    }

    /// Answers 200. Any thread; does not wait.
    ///
    /// @param serverTiming the `Server-Timing` header
    /// @param sent called when the last byte has been handed to the system
    public void answer(DirectAnswer answer, String serverTiming, Runnable sent) {
        var headers = HttpFields.build();
        if (answer.contentType().equals(MediaType.JSON)) {
            headers.put(JSON_TYPE);
        } else {
            headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
        }
        answer.headers().forEach(headers::put);
        headers.put("Server-Timing", serverTiming);
        if (encoding != null
                && answer.length() >= Encodings.WORTH_BYTES
                && Encodings.helps(answer.contentType())) {
            threads.execute(() -> compressed(encoding, headers, answer, sent));
        } else {
            send(HttpStatus.OK_200, headers, answer.parts(), sent);
        }
    }

    private void compressed(
            String coding, HttpFields.Mutable headers, DirectAnswer answer, Runnable sent) {
        headers.put(HttpHeader.CONTENT_ENCODING, coding);
        headers.add(HttpHeader.VARY, HttpHeader.ACCEPT_ENCODING.asString());
        send(HttpStatus.OK_200, headers, List.of(CompressedBody.of(answer.parts(), coding)), sent);
    }

    private void send(
            int status, HttpFields.Mutable headers, List<ByteBuffer> body, Runnable sent) {
        long length = 0;
        for (var part : body) {
            length += part.remaining();
        }
        headers.put(HttpHeader.CONTENT_LENGTH, length);
        carrier.send(status, headers, body, sent);
    }

    /// Answers with an error. Any thread; does not wait.
    public void fail(Throwable failure) {
        var error = Failures.response(failure, identity);
        send(
                error.status(),
                Failures.headers(error),
                List.of(ByteBuffer.wrap(error.body())),
                () -> {});
    }
}
