package io.matih.inference.server.metrics;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.server.api.HealthView;
import io.matih.inference.server.json.JsonReply;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.util.function.BooleanSupplier;

/// `GET /metrics` in Prometheus' text form, and `GET /healthz`.
public final class MetricsHandler {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry;
    private final TritonMetrics triton;
    private final BooleanSupplier draining;

    public MetricsHandler(
            PrometheusMeterRegistry registry, TritonMetrics triton, BooleanSupplier draining) {
        this.registry = registry;
        this.triton = triton;
        this.draining = draining;
    }

    public void scrape(Context ctx) {
        ctx.contentType(TEXT).result(registry.scrape(TEXT) + triton.scrape());
    }

    /// Alive as long as it answers; readiness is another question, which the Open Inference
    /// Protocol has routes for.
    public void health(Context ctx) {
        JsonReply.send(
                ctx, HttpStatus.OK, new HealthView(draining.getAsBoolean() ? "draining" : "ok"));
    }
}
