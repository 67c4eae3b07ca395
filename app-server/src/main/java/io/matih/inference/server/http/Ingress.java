package io.matih.inference.server.http;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.security.HostPolicy;
import io.matih.inference.server.security.OriginPolicy;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

import java.util.Map;
import java.util.concurrent.Executor;

/// What every request passes before its handler sees it, and how every refusal becomes an answer.
/// It sits in Jetty, in front of Javalin, so that a handler of either kind finds the same checks
/// done.
final class Ingress extends Handler.Wrapper {
    private final HttpLimits limits;
    private final HostPolicy hosts;
    private final OriginPolicy origins;
    private final RouteTable routes;
    private final InFlight inFlight;
    private final HeldBytes held;
    private final ConnectionWatch connections;
    private final Executor requests;

    Ingress(
            HttpSettings settings,
            RouteTable routes,
            InFlight inFlight,
            HeldBytes held,
            ConnectionWatch connections,
            Executor requests) {
        this.limits = settings.limits();
        this.hosts = new HostPolicy(settings.allowedHosts());
        this.origins = new OriginPolicy(settings.allowedOrigins());
        this.routes = routes;
        this.inFlight = inFlight;
        this.held = held;
        this.connections = connections;
        this.requests = requests;
    }

    /// Everything here and in direct handlers is done without waiting, so that the thread that read
    /// the request can go on with it; what may wait is sent to a thread of its own.
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        watch(request);
        var identity = RequestIdentity.of(request.getHeaders());
        identity.writeTo(response.getHeaders());
        try {
            checkShape(request);
            checkSender(request);
            serve(request, response, callback, identity);
        } catch (Throwable failure) {
            Failures.answer(failure, identity, response, callback, HttpFields.EMPTY);
        }
        return true;
    }

    private void watch(Request request) {
        var connection = request.getConnectionMetaData().getConnection();
        connections.serving(connection);
        Request.addCompletionListener(request, _ -> connections.resting(connection));
    }

    private void checkShape(Request request) {
        var uri = request.getHttpURI();
        var path = uri.getPath();
        if (uri.getPathQuery() != null && uri.getPathQuery().length() > limits.uriBytes()) {
            throw new ServingException(
                    ErrorCode.URI_TOO_LONG,
                    "the URI is longer than %d bytes".formatted(limits.uriBytes()));
        }
        if (request.getHeaders().size() > limits.headerCount()) {
            throw new ServingException(
                    ErrorCode.HEADERS_TOO_LARGE,
                    "the request has more than %d header fields".formatted(limits.headerCount()));
        }
        if (path != null && Paths.isAmbiguous(path)) {
            throw new ServingException(
                    ErrorCode.AMBIGUOUS_URI,
                    "the path '%s' can be read in more than one way"
                            .formatted(ServingException.clip(path)));
        }
        if (request.getHeaders().contains(HttpHeader.SEC_WEBSOCKET_VERSION)) {
            throw new ServingException(ErrorCode.UNSUPPORTED, "WebSocket is not spoken here");
        }
    }

    private void checkSender(Request request) {
        var headers = request.getHeaders();
        var host = headers.get(HttpHeader.HOST);
        hosts.check(host);
        origins.check(
                headers.getValuesList(HttpHeader.ORIGIN),
                headers.get("Sec-Fetch-Site"),
                request.getHttpURI().getScheme() + "://" + host);
    }

    private void serve(
            Request request, Response response, Callback callback, RequestIdentity identity) {
        var method = request.getMethod();
        boolean options = method.equals("OPTIONS");
        if (method.equals("TRACE") || method.equals("CONNECT")) {
            refuse(method, "GET, HEAD, OPTIONS, POST", identity, response, callback);
            return;
        }
        var path = request.getHttpURI().getPath();
        var methods = options && path.equals("*") ? Map.<String, Route>of() : routes.at(path);
        var route = methods.get(method.equals("HEAD") ? "GET" : method);
        if (options) {
            response.setStatus(HttpStatus.NO_CONTENT_204);
            response.getHeaders().put(HttpHeader.ALLOW, RouteTable.allow(methods));
            callback.succeeded();
        } else if (route == null) {
            refuse(method, RouteTable.allow(methods), identity, response, callback);
        } else {
            serve(route, request, response, callback, identity);
        }
    }

    private static void refuse(
            String method,
            String allow,
            RequestIdentity identity,
            Response response,
            Callback callback) {
        var failure =
                new ServingException(
                        ErrorCode.METHOD_NOT_ALLOWED,
                        "%s is not allowed here; allowed: %s"
                                .formatted(ServingException.clip(method), allow));
        var headers = HttpFields.build().put(HttpHeader.ALLOW, allow);
        Failures.answer(failure, identity, response, callback, headers);
    }

    private void serve(
            Route route,
            Request request,
            Response response,
            Callback callback,
            RequestIdentity identity) {
        if (route.responder() instanceof Route.Responder.Unsupported(var what)) {
            throw new ServingException(
                    ErrorCode.UNSUPPORTED, "%s is not supported by this version".formatted(what));
        }
        enter(route, request, response);
        long limitBytes =
                route.bodyLimitBytes() == null ? limits.bodyBytes() : route.bodyLimitBytes();
        RequestChecks.check(route, request, limitBytes);
        // A silent client waiting for a long answer is not idle.
        request.addIdleTimeoutListener(_ -> false);
        if (!route.streamsBody()) {
            held.requireRoomFor(Math.max(0, request.getLength()));
        }
        var metered = new MeteredRequest(request, limits, limitBytes, held);
        new Exchange(identity, metered, route);
        switch (route.responder()) {
            case Route.Responder.Direct(var handler) ->
                    direct(
                            new JettyCarrier(metered, response, callback),
                            metered,
                            route,
                            handler,
                            identity);
            case Route.Responder.Served _ ->
                    requests.execute(() -> pass(route, metered, response, callback, identity));
            case Route.Responder.Unsupported _ -> throw new IllegalStateException(route.path());
        }
    }

    private void direct(
            Carrier carrier,
            MeteredRequest request,
            Route route,
            DirectHandler handler,
            RequestIdentity identity) {
        if (carrier.connection() instanceof PromptConnection prompt) {
            var head = prompt.takeHead();
            if (head != null) {
                prompt.know(KnownRequest.of(head, request, request.limitBytes(), route, handler));
            }
        }
        new DirectExchange(carrier, route, handler, identity, requests, connections).read(request);
    }

    /// Hands a request to Javalin, on a thread that may wait.
    private void pass(
            Route route,
            MeteredRequest request,
            Response response,
            Callback callback,
            RequestIdentity identity) {
        try {
            var encoding = Encodings.ofResponse(request.getHeaders());
            var answer =
                    encoding == null || !route.mayCompress() || request.getMethod().equals("HEAD")
                            ? response
                            : new CompressedResponse(request, response, encoding);
            super.handle(request, answer, callback);
        } catch (Throwable failure) {
            Failures.answer(failure, identity, response, callback, HttpFields.EMPTY);
        }
    }

    private void enter(Route route, Request request, Response response) {
        if (!route.servesInDrain()) {
            inFlight.enter();
            Request.addCompletionListener(request, _ -> inFlight.leave());
        } else if (inFlight.draining()) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
    }
}
