package io.matih.inference.server.http;

import io.javalin.http.Context;

import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// What is known about a request before its handler runs.
public final class Exchange {
    private static final String ATTRIBUTE = Exchange.class.getName();

    private final RequestIdentity identity;
    private final Request request;
    private final Route route;

    Exchange(RequestIdentity identity, MeteredRequest request, Route route) {
        this.identity = identity;
        this.request = request;
        this.route = route;
        request.setAttribute(ATTRIBUTE, this);
    }

    /// The exchange a Javalin handler serves.
    public static Exchange of(Context ctx) {
        return known(ctx.req().getAttribute(ATTRIBUTE));
    }

    /// The exchange a Jetty handler serves.
    public static Exchange of(Request request) {
        return known(request.getAttribute(ATTRIBUTE));
    }

    private static Exchange known(@Nullable Object attribute) {
        if (attribute instanceof Exchange exchange) {
            return exchange;
        }
        throw new IllegalStateException("the request did not come through the ingress");
    }

    /// What the client and the log call this request.
    public String requestId() {
        return identity.requestId();
    }

    /// The client's trace, as it sent it.
    public @Nullable String traceparent() {
        return identity.traceparent();
    }

    public Route route() {
        return route;
    }

    RequestIdentity identity() {
        return identity;
    }

    /// The request whose reading is counted.
    Request request() {
        return request;
    }
}
