package io.matih.inference.server;

import io.matih.inference.server.cache.CacheHandler;
import io.matih.inference.server.deployment.DeploymentHandler;
import io.matih.inference.server.docs.DocsHandler;
import io.matih.inference.server.http.MediaType;
import io.matih.inference.server.http.Route;
import io.matih.inference.server.inference.PredictHandler;
import io.matih.inference.server.metrics.MetricsHandler;
import io.matih.inference.server.model.ModelHandler;
import io.matih.inference.server.model.UploadHandler;

import java.util.List;

/// Every route of the server. `openapi.json` says the same for people; a test compares the two.
final class Routes {
    private static final String API = "/api/v1/inference";

    private Routes() {}

    static List<Route> of(
            PredictHandler predict,
            DeploymentHandler deployments,
            ModelHandler models,
            UploadHandler uploads,
            CacheHandler cache,
            MetricsHandler metrics,
            DocsHandler docs,
            Limits limits) {
        return List.of(
                Route.direct(API + "/predict", predict::predict)
                        .withQuery("meta")
                        .withBodyLimit(limits.predictBytes()),
                Route.post(API + "/deploy", deployments::deploy)
                        .withBodyLimit(limits.controlBytes()),
                Route.post(API + "/undeploy", deployments::undeploy)
                        .withBodyLimit(limits.controlBytes()),
                Route.get(API + "/deployments", deployments::list)
                        .withQuery("limit", "page_token", "state", "backend"),
                Route.get(API + "/deployments/{name}", deployments::get),
                Route.get(API + "/deployments/{name}/versions", deployments::versions),
                Route.get(API + "/deployments/{name}/revisions", deployments::revisions),
                Route.get(API + "/models", models::list),
                Route.delete(API + "/models/{name}/versions/{version}", models::deleteVersion),
                Route.put(API + "/models/{name}/labels/{label}", models::label)
                        .withBodyLimit(limits.controlBytes()),
                Route.delete(API + "/models/{name}/labels/{label}", models::unlabel),
                Route.get(API + "/backends", models::backends),
                Route.get(API + "/cache", cache::show),
                Route.post(API + "/uploads", uploads::save)
                        .consuming(MediaType.OCTET_STREAM, MediaType.ZIP)
                        .withBodyLimit(limits.uploadBytes())
                        .streamingBody(),
                Route.get("/healthz", metrics::health).servingInDrain(),
                Route.get("/metrics", metrics::scrape).producing(MediaType.TEXT).servingInDrain(),
                Route.get("/openapi.json", docs::document),
                Route.get("/docs", docs::page).producing(MediaType.HTML),
                Route.get("/docs/{file}", docs::file)
                        .producing(MediaType.JAVASCRIPT, MediaType.CSS, MediaType.SVG));
    }

    /// Largest bodies, in bytes.
    ///
    /// @param controlBytes of deploy and its like
    record Limits(long predictBytes, long controlBytes, long uploadBytes) {}
}
