package io.matih.inference.server;

import io.matih.inference.server.cache.CacheHandler;
import io.matih.inference.server.deployment.DeploymentHandler;
import io.matih.inference.server.deployment.ShadowHandler;
import io.matih.inference.server.deployment.TrafficHandler;
import io.matih.inference.server.docs.DocsHandler;
import io.matih.inference.server.http.MediaType;
import io.matih.inference.server.http.Route;
import io.matih.inference.server.inference.PredictHandler;
import io.matih.inference.server.metrics.MetricsHandler;
import io.matih.inference.server.model.ModelHandler;
import io.matih.inference.server.model.UploadHandler;
import io.matih.inference.server.oip.InferHandler;
import io.matih.inference.server.oip.ProtocolHandler;
import io.matih.inference.server.oip.RepositoryHandler;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Every route of the server. `openapi.json` says the same for people; a test compares the two.
final class Routes {
    private static final String API = "/api/v1/inference";
    private static final String MODEL = "/v2/models/{model}";
    private static final String VERSION = MODEL + "/versions/{version}";
    private static final String SHARED_MEMORY = "shared memory";
    private static final String REPOSITORIES = "more than one model repository";

    private Routes() {}

    static List<Route> of(Handlers handlers, Limits limits) {
        return Stream.of(
                        mission(handlers, limits),
                        protocol(handlers.protocol()),
                        inference(handlers.infer()),
                        repository(handlers.repository(), limits),
                        unsupported())
                .flatMap(List::stream)
                .toList();
    }

    /// Who answers.
    record Handlers(
            PredictHandler predict,
            DeploymentHandler deployments,
            TrafficHandler traffic,
            ShadowHandler shadows,
            ModelHandler models,
            UploadHandler uploads,
            CacheHandler cache,
            MetricsHandler metrics,
            DocsHandler docs,
            ProtocolHandler protocol,
            InferHandler infer,
            RepositoryHandler repository) {}

    private static List<Route> mission(Handlers handlers, Limits limits) {
        var deployments = handlers.deployments();
        var models = handlers.models();
        var metrics = handlers.metrics();
        var docs = handlers.docs();
        return List.of(
                Route.direct(API + "/predict", handlers.predict()::predict)
                        .consuming(MediaType.JSON, MediaType.OCTET_STREAM)
                        .producing(MediaType.JSON, MediaType.OCTET_STREAM)
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
                Route.get(API + "/deployments/{name}/shadow", handlers.shadows()::show),
                Route.get(API + "/deployments/{name}/shadow/history", handlers.shadows()::history)
                        .withQuery("version", "minutes"),
                Route.post(API + "/deployments/{name}/promote", handlers.traffic()::promote)
                        .withBodyLimit(limits.controlBytes()),
                Route.post(API + "/deployments/{name}/rollback", handlers.traffic()::rollBack)
                        .withBodyLimit(limits.controlBytes()),
                Route.post(API + "/deployments/{name}/traffic", handlers.traffic()::share)
                        .withBodyLimit(limits.controlBytes()),
                Route.get(API + "/models", models::list),
                Route.delete(API + "/models/{name}/versions/{version}", models::deleteVersion),
                Route.put(API + "/models/{name}/labels/{label}", models::label)
                        .withBodyLimit(limits.controlBytes()),
                Route.delete(API + "/models/{name}/labels/{label}", models::unlabel),
                Route.get(API + "/backends", models::backends),
                Route.get(API + "/cache", handlers.cache()::show),
                Route.post(API + "/uploads", handlers.uploads()::save)
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

    private static List<Route> protocol(ProtocolHandler protocol) {
        return List.of(
                Route.get("/v2", protocol::server),
                Route.get("/v2/health/live", protocol::live).servingInDrain(),
                Route.get("/v2/health/ready", protocol::ready).servingInDrain(),
                Route.get("/v2/models/stats", protocol::allStatistics),
                Route.get(MODEL, protocol::metadata),
                Route.get(VERSION, protocol::metadata),
                Route.get(MODEL + "/ready", protocol::modelReady),
                Route.get(VERSION + "/ready", protocol::modelReady),
                Route.get(MODEL + "/config", protocol::config),
                Route.get(VERSION + "/config", protocol::config),
                Route.get(MODEL + "/stats", protocol::statistics),
                Route.get(VERSION + "/stats", protocol::statistics));
    }

    private static List<Route> inference(InferHandler infer) {
        var routes = new ArrayList<Route>();
        for (var path : List.of(MODEL, VERSION)) {
            routes.add(
                    Route.direct(path + "/infer", infer::infer)
                            .consuming(MediaType.JSON, MediaType.OCTET_STREAM)
                            .producing(MediaType.JSON, MediaType.OCTET_STREAM));
            routes.add(Route.direct(path + "/generate", infer::generate));
            routes.add(
                    Route.direct(path + "/generate_stream", infer::generateStream)
                            .producing(MediaType.EVENT_STREAM));
        }
        return routes;
    }

    /// The protocol's Python client sends JSON as `application/octet-stream` where it is
    /// asynchronous.
    private static List<Route> repository(RepositoryHandler repository, Limits limits) {
        return List.of(
                Route.post("/v2/repository/index", repository::index)
                        .consuming(MediaType.JSON, MediaType.OCTET_STREAM)
                        .withBodyLimit(limits.controlBytes()),
                Route.post("/v2/repository/models/{model}/load", repository::load)
                        .consuming(MediaType.JSON, MediaType.OCTET_STREAM)
                        .withBodyLimit(limits.loadBytes())
                        .streamingBody(),
                Route.post("/v2/repository/models/{model}/unload", repository::unload)
                        .consuming(MediaType.JSON, MediaType.OCTET_STREAM)
                        .withBodyLimit(limits.controlBytes()));
    }

    /// Extensions of the protocol that `GET /v2` does not list.
    private static List<Route> unsupported() {
        var routes = new ArrayList<Route>();
        for (var path : List.of("/v2", MODEL, VERSION)) {
            routes.add(Route.unsupported("GET", path + "/trace/setting", "tracing"));
            routes.add(Route.unsupported("POST", path + "/trace/setting", "tracing"));
        }
        routes.add(Route.unsupported("GET", "/v2/logging", "the log over the protocol"));
        routes.add(Route.unsupported("POST", "/v2/logging", "the log over the protocol"));
        for (var memory : List.of("system", "cuda")) {
            var path = "/v2/%ssharedmemory".formatted(memory);
            var region = path + "/region/{region}";
            routes.add(Route.unsupported("GET", path + "/status", SHARED_MEMORY));
            routes.add(Route.unsupported("GET", region + "/status", SHARED_MEMORY));
            routes.add(Route.unsupported("POST", region + "/register", SHARED_MEMORY));
            routes.add(Route.unsupported("POST", region + "/unregister", SHARED_MEMORY));
            routes.add(Route.unsupported("POST", path + "/unregister", SHARED_MEMORY));
        }
        var repository = "/v2/repository/{repository}";
        routes.add(Route.unsupported("POST", repository + "/index", REPOSITORIES));
        routes.add(Route.unsupported("POST", repository + "/models/{model}/load", REPOSITORIES));
        routes.add(Route.unsupported("POST", repository + "/models/{model}/unload", REPOSITORIES));
        return routes;
    }

    /// Largest bodies, in bytes.
    ///
    /// @param controlBytes of deploy and its like
    record Limits(long predictBytes, long controlBytes, long uploadBytes) {
        /// A load carries its files in base64, four characters for three bytes.
        long loadBytes() {
            return Math.addExact(Math.multiplyExact(uploadBytes, 4) / 3, controlBytes);
        }
    }
}
