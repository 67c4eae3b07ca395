package io.matih.inference.server;

import io.matih.inference.engine.Engine;
import io.matih.inference.engine.EngineStores;
import io.matih.inference.engine.device.GpuReading;
import io.matih.inference.engine.device.Gpus;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.cache.CacheHandler;
import io.matih.inference.server.cli.RunningServer;
import io.matih.inference.server.deployment.DeploymentHandler;
import io.matih.inference.server.deployment.ShadowHandler;
import io.matih.inference.server.deployment.TrafficHandler;
import io.matih.inference.server.docs.DocsHandler;
import io.matih.inference.server.grpc.GrpcServer;
import io.matih.inference.server.grpc.GrpcServices;
import io.matih.inference.server.grpc.GrpcThreads;
import io.matih.inference.server.http.HttpServer;
import io.matih.inference.server.http.Route;
import io.matih.inference.server.inference.DirectInference;
import io.matih.inference.server.inference.InferenceLimits;
import io.matih.inference.server.inference.PredictCodec;
import io.matih.inference.server.inference.PredictHandler;
import io.matih.inference.server.metrics.HistogramExposition;
import io.matih.inference.server.metrics.MetricsHandler;
import io.matih.inference.server.metrics.TritonMetrics;
import io.matih.inference.server.model.ModelHandler;
import io.matih.inference.server.model.UploadHandler;
import io.matih.inference.server.oip.InferHandler;
import io.matih.inference.server.oip.ProtocolHandler;
import io.matih.inference.server.oip.ProtocolModels;
import io.matih.inference.server.oip.Readiness;
import io.matih.inference.server.oip.Repository;
import io.matih.inference.server.oip.RepositoryFolders;
import io.matih.inference.server.oip.RepositoryHandler;
import io.matih.inference.server.persistence.Database;
import io.matih.inference.server.persistence.JdbiDeploymentStore;
import io.matih.inference.server.persistence.JdbiModelVersionStore;
import io.matih.inference.server.persistence.JdbiShadowStore;
import io.matih.inference.server.persistence.JdbiVerdictStore;
import io.matih.inference.server.settings.SettingKeys;
import io.matih.inference.server.settings.Settings;
import io.matih.inference.server.triton.RepositoryStart;
import io.matih.inference.server.triton.TritonFolders;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// The server as a whole: database, engine, HTTP and gRPC, started in this order and closed in the
/// other. It takes requests from the moment it is bound; a model that is still being brought back
/// answers 503 until then.
public final class ServingServer implements RunningServer {
    private static final Logger LOG = LoggerFactory.getLogger(ServingServer.class);

    /// Control requests are small, whatever a body may otherwise be.
    private static final int CONTROL_BODY_BYTES = 1 << 20;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Duration drain;
    private final ProtocolModels protocol;
    private final List<Route> routes;
    private final HttpServer http;
    private final GrpcServer grpc;
    private final Engine engine;

    private ServingServer(Settings settings) {
        drain = settings.get(SettingKeys.DRAIN_TIMEOUT);
        try {
            var parts = new ServerSettings(settings);
            var database = start(Database.open(parts.database()));
            var stores =
                    new EngineStores(
                            new JdbiModelVersionStore(database),
                            new JdbiDeploymentStore(database),
                            new JdbiVerdictStore(database),
                            new JdbiShadowStore(database));
            var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            started.push(registry::close);
            engine = start(Engine.start(parts.engine(), stores, new TritonFolders(), registry));
            registry.getPrometheusRegistry().register(new HistogramExposition(engine.histograms()));
            var background = start(Executors.newVirtualThreadPerTaskExecutor());
            protocol = protocol(settings, stores);
            routes = routes(settings, stores, registry, background);
            http = HttpServer.start(parts.http(), routes);
            started.push(() -> http.stop(drain));
            var threads = start(new GrpcThreads());
            var services =
                    new GrpcServices(
                            parts.grpc(), threads, engine.router(), protocol, engine.uploads());
            grpc = GrpcServer.start(parts.grpc(), threads, http.held(), services);
            started.push(() -> grpc.stop(drain));
            engine.awaitRestored();
            parts.modelRepository().ifPresent(new RepositoryStart(engine.deployments())::deployAll);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "the start was interrupted", e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Returns when it serves, everything that was deployed included.
    public static ServingServer start(Settings settings) {
        return new ServingServer(settings);
    }

    private <T extends AutoCloseable> T start(T part) {
        started.push(part);
        return part;
    }

    private List<Route> routes(
            Settings settings,
            EngineStores stores,
            PrometheusMeterRegistry registry,
            ExecutorService background) {
        var limits =
                new Routes.Limits(
                        settings.get(SettingKeys.MAX_PREDICT_BODY_BYTES),
                        CONTROL_BODY_BYTES,
                        settings.get(SettingKeys.MAX_MODEL_BYTES));
        var inference = new DirectInference(engine.router());
        var codec = new PredictCodec(InferenceLimits.DEFAULT);
        return Routes.of(
                new Routes.Handlers(
                        new PredictHandler(inference, codec),
                        new DeploymentHandler(
                                engine.deployments(),
                                stores.deployments(),
                                stores.versions(),
                                background,
                                CONTROL_BODY_BYTES),
                        new TrafficHandler(engine.deployments(), CONTROL_BODY_BYTES),
                        new ShadowHandler(engine.deployments(), engine.shadows()),
                        new ModelHandler(
                                stores.versions(),
                                engine.deployments(),
                                engine.backends(),
                                CONTROL_BODY_BYTES),
                        new UploadHandler(engine.uploads(), limits.uploadBytes()),
                        new CacheHandler(engine.cache()),
                        new MetricsHandler(
                                registry,
                                new TritonMetrics(engine.deployments()::statistics, gpus()),
                                closing::get),
                        new DocsHandler(),
                        new ProtocolHandler(protocol),
                        new InferHandler(inference, codec, InferenceLimits.DEFAULT),
                        new RepositoryHandler(
                                protocol,
                                engine.uploads(),
                                new RepositoryHandler.Limits(
                                        CONTROL_BODY_BYTES, limits.loadBytes()))),
                limits);
    }

    private ProtocolModels protocol(Settings settings, EngineStores stores) {
        var deployments = engine.deployments();
        return new ProtocolModels(
                engine.router(),
                deployments,
                new Readiness(
                        deployments, closing::get, settings.get(SettingKeys.STRICT_READINESS)),
                new Repository(
                        deployments,
                        stores.versions(),
                        engine.uploads(),
                        new RepositoryFolders(new ServerSettings(settings).localRoots())));
    }

    private Supplier<List<GpuReading>> gpus() {
        var gpus = Gpus.open();
        gpus.ifPresent(started::push);
        return () -> gpus.map(Gpus::readings).orElse(List.of());
    }

    /// What `openapi.json` must describe.
    List<Route> routes() {
        return routes.stream().filter(Route::isServed).toList();
    }

    @Override
    public String httpUrl() {
        return http.url();
    }

    @Override
    public String grpcAddress() {
        return "127.0.0.1:" + grpc.port();
    }

    @Override
    public void awaitShutdown() throws InterruptedException {
        closed.await();
    }

    /// Takes no new requests, lets those under way finish, then stops everything.
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        while (!started.isEmpty()) {
            var part = started.pop();
            try {
                part.close();
            } catch (Exception e) { // one part that fails to stop must not keep the others open
                LOG.error("{} did not stop cleanly", part.getClass().getSimpleName(), e);
            }
        }
        closed.countDown();
    }
}
