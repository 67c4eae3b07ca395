package io.matih.inference.server.http;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Answers what Jetty itself refuses, most of it before it is a request. Nothing of Jetty's own
/// words gets out.
final class JettyErrors implements Request.Handler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        var cause = cause(request);
        var failure = cause instanceof ServingException ? cause : failure(request, response, cause);
        Failures.answer(
                failure,
                RequestIdentity.of(request.getHeaders()),
                response,
                callback,
                HttpFields.EMPTY);
        return true;
    }

    private static @Nullable Throwable cause(Request request) {
        return request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof Throwable cause
                ? cause
                : null;
    }

    private static Throwable failure(
            Request request, Response response, @Nullable Throwable cause) {
        int status = response.getStatus();
        if (cause != null && !(cause instanceof HttpException)) {
            return cause;
        }
        return switch (status) {
            case 400 -> badRequest(request);
            case 404 -> new ServingException(ErrorCode.ROUTE_NOT_FOUND, "there is nothing here");
            case 405 ->
                    new ServingException(
                            ErrorCode.METHOD_NOT_ALLOWED, "the method is not allowed here");
            case 408 ->
                    new ServingException(ErrorCode.REQUEST_TIMEOUT, "the request took too long");
            case 413 -> new ServingException(ErrorCode.BODY_TOO_LARGE, "the body is too large");
            case 414 -> new ServingException(ErrorCode.URI_TOO_LONG, "the URI is too long");
            case 431 ->
                    new ServingException(ErrorCode.HEADERS_TOO_LARGE, "the headers are too large");
            case 503 -> new ServingException(ErrorCode.OVERLOADED, "the server is overloaded");
            case 500 -> new ServingException(ErrorCode.INTERNAL, "internal error");
            // Among them a 505 for HTTP/0.9 and a 426 for what looks like HTTP/2.
            default -> badHttp();
        };
    }

    private static ServingException badRequest(Request request) {
        return request.getHttpURI().hasViolations()
                ? new ServingException(
                        ErrorCode.AMBIGUOUS_URI, "the path can be read in more than one way")
                : badHttp();
    }

    private static ServingException badHttp() {
        return new ServingException(ErrorCode.BAD_HTTP, "this is not a well-formed HTTP request");
    }
}
