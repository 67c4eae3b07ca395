package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.Executor;

/// One request and its answer, for a `DirectHandler`.
public final class DirectExchange {
    /// A larger body is read, decoded and answered on a thread of its own.
    private static final int SMALL_BODY_BYTES = 64 * 1024;

    /// From here on an answer is worth compressing, which the thread that executes models is not
    /// kept waiting for.
    private static final int WORTH_COMPRESSING = 1024;

    private static final HttpField JSON_TYPE =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, MediaType.JSON);

    private final DirectHandler handler;
    private final Route route;
    private final MeteredRequest request;
    private final Response response;
    private final Callback callback;
    private final RequestIdentity identity;
    private final Executor threads;
    private final ConnectionWatch connections;
    private final @Nullable String encoding;
    private final long limitBytes;
    private boolean mayWait;

    DirectExchange(
            DirectHandler handler,
            Route route,
            MeteredRequest request,
            Response response,
            Callback callback,
            RequestIdentity identity,
            Executor threads,
            ConnectionWatch connections) {
        this.handler = handler;
        this.route = route;
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.identity = identity;
        this.threads = threads;
        this.connections = connections;
        encoding = Encodings.ofResponse(request.getHeaders());
        limitBytes = request.limitBytes();
    }

    /// Reads the body and calls the handler. Returns at once.
    void start() {
        long length = request.getLength();
        if (length < 0
                || length > SMALL_BODY_BYTES
                || Encodings.ofRequest(request.getHeaders()) != null) {
            onThreadOfItsOwn(() -> handler.handle(this, RequestBody.read(request, limitBytes)));
        } else {
            advance(new WholeBody(request, limitBytes));
        }
    }

    private void advance(WholeBody body) {
        try {
            if (body.advance()) {
                handler.handle(this, body.bytes());
            } else {
                request.demand(
                        Invocable.from(Invocable.InvocationType.NON_BLOCKING, () -> advance(body)));
            }
        } catch (Throwable failure) { // a request's top: whatever it was becomes the answer
            fail(failure);
        }
    }

    public String requestId() {
        return identity.requestId();
    }

    /// The value of a query parameter that the route knows.
    public @Nullable String query(String name) {
        return request.getHttpURI().getQuery() == null
                ? null
                : Request.extractQueryParameters(request).getValue(name);
    }

    /// What stands in the path for `{name}`; absent where the route has no such segment.
    public @Nullable String path(String name) {
        return PathTemplate.of(route.path()).value(name, request.getHttpURI().getPath());
    }

    /// The values of a header, as often as it was sent.
    public List<String> headers(String name) {
        return request.getHeaders().getValuesList(name);
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
        if (request.getConnectionMetaData().getConnection().getEndPoint()
                instanceof WatchedEndPoint endPoint) {
            endPoint.selector().later(task);
        } else {
            task.run();
        }
    }

    /// Runs the task on the reading thread, at once where this is it: what that thread writes it
    /// can go on from, while another one would have to wake it.
    public void whereItIsRead(Runnable task) {
        if (request.getConnectionMetaData().getConnection().getEndPoint()
                        instanceof WatchedEndPoint endPoint
                && !endPoint.selector().isCurrent()) {
            endPoint.selector().later(task);
        } else {
            task.run();
        }
    }

    /// What is to be done when the client leaves before its answer; replaces what was said before.
    public void whenClientLeaves(Runnable action) {
        connections.whenClientLeaves(request.getConnectionMetaData().getConnection(), action);
    }

    /// Answers 200. Any thread; does not wait.
    ///
    /// @param serverTiming the `Server-Timing` header
    /// @param sent called when the last byte has been handed to the system
    public void answer(DirectAnswer answer, String serverTiming, Runnable sent) {
        if (encoding != null && answer.length() >= WORTH_COMPRESSING) {
            threads.execute(
                    () ->
                            write(
                                    new CompressedResponse(request, response, encoding),
                                    answer,
                                    serverTiming,
                                    sent));
        } else {
            write(response, answer, serverTiming, sent);
        }
    }

    private void write(Response target, DirectAnswer answer, String serverTiming, Runnable sent) {
        try {
            target.setStatus(HttpStatus.OK_200);
            var headers = target.getHeaders();
            if (answer.contentType().equals(MediaType.JSON)) {
                headers.put(JSON_TYPE);
            } else {
                headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
            }
            answer.headers().forEach(headers::put);
            headers.put("Server-Timing", serverTiming);
            headers.put(HttpHeader.CONTENT_LENGTH, answer.length());
            var written = Callback.from(callback, sent);
            if (answer.parts().size() == 1) {
                target.write(true, answer.parts().getFirst(), written);
            } else {
                new PartsWriter(target, answer.parts(), written).iterate();
            }
        } catch (RuntimeException failure) {
            callback.failed(failure);
        }
    }

    /// Answers with an error. Any thread; does not wait.
    public void fail(Throwable failure) {
        Failures.answer(failure, identity, response, callback, HttpFields.EMPTY);
    }
}
