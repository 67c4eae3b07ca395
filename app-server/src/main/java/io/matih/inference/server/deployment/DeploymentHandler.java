package io.matih.inference.server.deployment;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.matih.inference.engine.deployment.DeploymentStatus;
import io.matih.inference.engine.deployment.DeploymentStatus.VariantStatus;
import io.matih.inference.engine.deployment.DeploymentStore;
import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelVersionStore;
import io.matih.inference.server.api.DeployRequest;
import io.matih.inference.server.api.DeploymentList;
import io.matih.inference.server.api.DryRunResponse;
import io.matih.inference.server.api.RevisionList;
import io.matih.inference.server.api.UndeployRequest;
import io.matih.inference.server.api.UndeployResponse;
import io.matih.inference.server.api.VersionList;
import io.matih.inference.server.http.RequestBody;
import io.matih.inference.server.json.JsonBody;
import io.matih.inference.server.json.JsonReply;
import io.matih.inference.server.json.Versions;
import io.matih.inference.server.model.ModelViews;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/// The deployment routes: decode, one call to the engine, encode.
public final class DeploymentHandler {
    private static final String LOCATION = "/api/v1/inference/deployments/";
    private static final Set<String> FUTURE_UNDEPLOY = Set.of("force", "unload_dependents");
    private static final int DEFAULT_DRAIN_S = 30;
    private static final int MAX_DRAIN_S = 3600;
    private static final int MAX_PAGE = 1000;
    private static final int DEFAULT_PAGE = 100;

    private final Deployments deployments;
    private final DeploymentStore store;
    private final ModelVersionStore versions;
    private final Executor background;
    private final int maxBodyBytes;

    public DeploymentHandler(
            Deployments deployments,
            DeploymentStore store,
            ModelVersionStore versions,
            Executor background,
            int maxBodyBytes) {
        this.deployments = deployments;
        this.store = store;
        this.versions = versions;
        this.background = background;
        this.maxBodyBytes = maxBodyBytes;
    }

    public void deploy(Context ctx) {
        var request = DeployCodec.read(RequestBody.read(ctx, maxBodyBytes));
        var spec = DeployCodec.toSpec(request, Changes.of(ctx, request.reason()));
        if (Boolean.TRUE.equals(request.dryRun())) {
            var version = deployments.examine(spec);
            JsonReply.send(
                    ctx,
                    HttpStatus.OK,
                    new DryRunResponse(
                            version.name(),
                            Integer.toString(version.version()),
                            version.digest(),
                            version.sizeBytes(),
                            ModelViews.signature(version.metadata()),
                            ModelViews.findings(version.metadata())));
        } else if (waits(request)) {
            DeploymentViews.reply(ctx, HttpStatus.OK, deployments.deploy(spec));
        } else {
            ctx.header("Location", LOCATION + request.name());
            DeploymentViews.reply(ctx, HttpStatus.ACCEPTED, deployments.deployLater(spec));
        }
    }

    private static boolean waits(DeployRequest request) {
        return !Boolean.FALSE.equals(request.waits());
    }

    public void undeploy(Context ctx) {
        var request =
                JsonBody.read(
                        RequestBody.read(ctx, maxBodyBytes),
                        UndeployRequest.class,
                        FUTURE_UNDEPLOY);
        var version = Versions.read(request.version(), "version");
        var drain = drain(request.drainTimeoutS());
        if (Boolean.FALSE.equals(request.waits())) {
            deployments.get(request.name());
            background.execute(() -> undeploy(request, version, drain));
            ctx.header("Location", LOCATION + request.name());
            JsonReply.send(
                    ctx,
                    HttpStatus.ACCEPTED,
                    new UndeployResponse(request.name(), "UNLOADING", 0, 0, 0));
            return;
        }
        JsonReply.send(ctx, HttpStatus.OK, undeploy(request, version, drain));
    }

    private UndeployResponse undeploy(
            UndeployRequest request, @Nullable Integer version, Duration drain) {
        var result = deployments.undeploy(request.name(), version, drain, Changes.ACTOR);
        if (Boolean.TRUE.equals(request.deleteArtifacts())) {
            versions.versions(request.name()).stream()
                    .filter(known -> version == null || known.version() == version)
                    .forEach(known -> deployments.deleteVersion(known.name(), known.version()));
        }
        return new UndeployResponse(
                request.name(),
                "UNLOADED",
                result.drained(),
                result.aborted(),
                result.freedBytes());
    }

    private static Duration drain(@Nullable Integer seconds) {
        int drain = seconds == null ? DEFAULT_DRAIN_S : seconds;
        if (drain < 0 || drain > MAX_DRAIN_S) {
            throw new ServingException(
                    ErrorCode.INVALID_PARAMETER,
                    "drain_timeout_s: %d is not within 0 to %d".formatted(drain, MAX_DRAIN_S),
                    new ErrorDetail(
                            "drain_timeout_s", "0 to " + MAX_DRAIN_S, Integer.toString(drain)));
        }
        return Duration.ofSeconds(drain);
    }

    /// Pages hold names in order; the token is the last name of the page before.
    public void list(Context ctx) {
        int limit = limit(ctx.queryParam("limit"));
        var after = ctx.queryParam("page_token");
        var page =
                deployments.list().stream()
                        .filter(status -> after == null || status.name().compareTo(after) > 0)
                        .filter(state(ctx.queryParam("state")))
                        .filter(backend(ctx.queryParam("backend")))
                        .limit(limit + 1L)
                        .toList();
        boolean more = page.size() > limit;
        var shown = more ? page.subList(0, limit) : page;
        JsonReply.sendTagged(
                ctx,
                new DeploymentList(
                        shown.stream().map(DeploymentViews::view).toList(),
                        more ? shown.getLast().name() : null));
    }

    private static Predicate<DeploymentStatus> state(@Nullable String wanted) {
        return status ->
                wanted == null || DeploymentViews.state(status.state()).equalsIgnoreCase(wanted);
    }

    private static Predicate<DeploymentStatus> backend(@Nullable String wanted) {
        return status ->
                wanted == null
                        || status.variants().stream()
                                .anyMatch(serving -> serving.variant().backend().equals(wanted));
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return DEFAULT_PAGE;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_PAGE) {
                return limit;
            }
        } catch (NumberFormatException _) {
            // Falls through to the same answer as a number out of range.
        }
        throw new ServingException(
                ErrorCode.INVALID_PARAMETER,
                "limit: '%s' is not within 1 to %d"
                        .formatted(ServingException.clip(text), MAX_PAGE),
                new ErrorDetail("limit", "1 to " + MAX_PAGE, ServingException.clip(text)));
    }

    public void get(Context ctx) {
        DeploymentViews.reply(ctx, HttpStatus.OK, deployments.get(ctx.pathParam("name")));
    }

    public void versions(Context ctx) {
        var status = deployments.get(ctx.pathParam("name"));
        JsonReply.send(
                ctx,
                HttpStatus.OK,
                new VersionList(
                        status.name(),
                        versions.versions(status.name()).stream()
                                .map(
                                        version ->
                                                ModelViews.version(
                                                        version,
                                                        status.variants().stream()
                                                                .anyMatch(isOf(version.version()))))
                                .toList()));
    }

    private static Predicate<VariantStatus> isOf(int version) {
        return variant -> variant.variant().version() == version;
    }

    public void revisions(Context ctx) {
        var name = ctx.pathParam("name");
        var revisions = store.revisions(name);
        if (revisions.isEmpty()) {
            deployments.get(name);
        }
        JsonReply.send(
                ctx,
                HttpStatus.OK,
                new RevisionList(name, revisions.stream().map(DeploymentViews::revision).toList()));
    }
}
