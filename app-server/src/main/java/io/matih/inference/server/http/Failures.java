package io.matih.inference.server.http;

import io.javalin.http.Context;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.error.ErrorResponse;
import io.matih.inference.server.error.ErrorResponses;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;

/// Answers requests that failed, and logs the failures nobody expected.
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /// @param headers further headers of the answer
    static void answer(
            Throwable failure,
            RequestIdentity identity,
            Response response,
            Callback callback,
            HttpFields headers) {
        var error = response(failure, identity);
        if (response.isCommitted()) {
            // Half an answer has left; only a broken connection tells the client.
            callback.failed(failure);
            return;
        }
        response.reset();
        response.setStatus(error.status());
        identity.writeTo(response.getHeaders());
        response.getHeaders().add(headers).add(headers(error));
        response.write(true, ByteBuffer.wrap(error.body()), callback);
    }

    static ErrorResponse response(Throwable failure, RequestIdentity identity) {
        return ErrorResponses.of(named(failure, identity.requestId()), identity.requestId());
    }

    static HttpFields.Mutable headers(ErrorResponse error) {
        var headers = HttpFields.build().put(HttpHeader.CONTENT_TYPE, MediaType.JSON);
        if (error.retryAfterSeconds() != null) {
            headers.put(HttpHeader.RETRY_AFTER, error.retryAfterSeconds());
        }
        if (error.endsConnection()) {
            headers.put(HttpHeader.CONNECTION, "close");
        }
        return headers;
    }

    /// The same from within a Javalin handler.
    static void answer(Throwable failure, Context ctx) {
        var requestId = Exchange.of(ctx).requestId();
        var error = ErrorResponses.of(named(failure, requestId), requestId);
        if (ctx.res().isCommitted()) {
            throw new IllegalStateException("failed in the middle of an answer", failure);
        }
        ctx.res().resetBuffer();
        ctx.res().setHeader(HttpHeader.CONTENT_ENCODING.asString(), null);
        ctx.res().setHeader(HttpHeader.CONTENT_LENGTH.asString(), null);
        write(error, ctx);
    }

    private static void write(ErrorResponse error, Context ctx) {
        if (error.retryAfterSeconds() != null) {
            ctx.header(HttpHeader.RETRY_AFTER.asString(), error.retryAfterSeconds().toString());
        }
        if (error.endsConnection()) {
            ctx.header(HttpHeader.CONNECTION.asString(), "close");
        }
        ctx.status(error.status()).contentType(MediaType.JSON).result(error.body());
    }

    private static ServingException named(Throwable failure, String requestId) {
        var known = known(failure);
        if (known != null) {
            return known;
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        LOG.error("request {} failed", requestId, failure);
        return new ServingException(
                ErrorCode.INTERNAL,
                "internal error, see the log under request id %s".formatted(requestId));
    }

    /// Jetty and the JDK wrap what a body's reader meets.
    private static @Nullable ServingException known(Throwable failure) {
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 8; cause = cause.getCause()) {
            if (cause instanceof ServingException serving) {
                return serving;
            }
            if (cause instanceof EofException) {
                return new ServingException(ErrorCode.CANCELLED, "the client has left", failure);
            }
            depth++;
        }
        return null;
    }
}
