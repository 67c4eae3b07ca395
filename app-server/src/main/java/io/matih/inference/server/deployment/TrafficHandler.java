package io.matih.inference.server.deployment;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.server.api.PromoteRequest;
import io.matih.inference.server.api.RollbackRequest;
import io.matih.inference.server.api.TrafficRequest;
import io.matih.inference.server.http.RequestBody;
import io.matih.inference.server.json.JsonBody;
import io.matih.inference.server.json.Versions;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/// The routes that change who answers and bring no new model. Each answers with the deployment as
/// it is then.
public final class TrafficHandler {
    private static final byte[] NOTHING = "{}".getBytes(StandardCharsets.UTF_8);

    private final Deployments deployments;
    private final int maxBodyBytes;

    public TrafficHandler(Deployments deployments, int maxBodyBytes) {
        this.deployments = deployments;
        this.maxBodyBytes = maxBodyBytes;
    }

    public void promote(Context ctx) {
        var request = readOptional(ctx, PromoteRequest.class);
        var version = Versions.read(request.version(), "version");
        var change = Changes.of(ctx, request.reason());
        DeploymentViews.reply(
                ctx, HttpStatus.OK, deployments.promote(ctx.pathParam("name"), version, change));
    }

    public void rollBack(Context ctx) {
        var request = readOptional(ctx, RollbackRequest.class);
        var change = Changes.of(ctx, request.reason());
        DeploymentViews.reply(
                ctx,
                HttpStatus.OK,
                deployments.rollBack(ctx.pathParam("name"), request.revision(), change));
    }

    public void share(Context ctx) {
        var request =
                JsonBody.read(RequestBody.read(ctx, maxBodyBytes), TrafficRequest.class, Set.of());
        var change = Changes.of(ctx, request.reason());
        DeploymentViews.reply(
                ctx,
                HttpStatus.OK,
                deployments.share(ctx.pathParam("name"), request.weights(), change));
    }

    /// A body that may be left out.
    private <T> T readOptional(Context ctx, Class<T> type) {
        var body = RequestBody.read(ctx, maxBodyBytes);
        return JsonBody.read(body.length == 0 ? NOTHING : body, type, Set.of());
    }
}
