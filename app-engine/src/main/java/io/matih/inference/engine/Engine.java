package io.matih.inference.engine;

import io.matih.inference.engine.backend.Backend;
import io.matih.inference.engine.backend.onnxruntime.OnnxRuntimeBackend;
import io.matih.inference.engine.cache.ModelCache;
import io.matih.inference.engine.deadline.DeadlineWatcher;
import io.matih.inference.engine.deployment.Deployments;
import io.matih.inference.engine.model.FolderConfigReader;
import io.matih.inference.engine.model.store.FolderModelRepository;
import io.matih.inference.engine.model.store.StoreRoots;
import io.matih.inference.engine.model.store.Uploads;
import io.matih.inference.engine.model.store.UriModelStore;
import io.matih.inference.engine.onnx.OnnxExternalData;
import io.matih.inference.engine.serving.ResponseCache;
import io.matih.inference.engine.serving.Router;
import io.matih.inference.engine.shadow.Shadows;
import io.matih.inference.engine.telemetry.CacheMeters;
import io.matih.inference.engine.telemetry.HistogramFamily;
import io.matih.inference.engine.telemetry.ServingMeters;
import io.matih.inference.engine.telemetry.ShadowMeters;
import io.micrometer.core.instrument.MeterRegistry;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// The engine as a whole: wires the rooms, brings back what was deployed, and takes everything down
/// again in the other order.
public final class Engine implements AutoCloseable {
    private static final Duration UPLOAD_LIFE = Duration.ofDays(1);

    private final Router router = new Router();
    private final DeadlineWatcher watcher = new DeadlineWatcher("deadlines");
    private final Uploads uploads;
    private final ServingMeters meters;
    private final UriModelStore store;
    private final OnnxRuntimeBackend onnxRuntime;
    private final ModelCache cache;
    private final Shadows shadows;
    private final Deployments deployments;
    private final EngineStores stores;
    private final CountDownLatch restored;

    private Engine(
            EngineSettings settings,
            EngineStores stores,
            FolderConfigReader configs,
            MeterRegistry registry) {
        this.stores = stores;
        var repository = new FolderModelRepository(settings.dataFolder().resolve("repository"));
        uploads =
                new Uploads(
                        settings.dataFolder().resolve("uploads"), settings.store().maxModelBytes());
        store =
                new UriModelStore(
                        StoreRoots.of(settings.storeRoots()),
                        settings.s3(),
                        uploads,
                        repository.staging(),
                        OnnxExternalData::locations,
                        configs,
                        settings.store());
        onnxRuntime = new OnnxRuntimeBackend(stores.verdicts(), settings.onnxRuntime());
        meters = new ServingMeters(registry);
        meterNativeMemory();
        cache = new ModelCache(settings.cache(), new CacheMeters(registry));
        shadows = new Shadows(stores.shadows(), new ShadowMeters(registry), Clock.systemUTC());
        deployments =
                new Deployments(
                        router,
                        store,
                        repository,
                        stores.versions(),
                        stores.deployments(),
                        shadows,
                        List.of(onnxRuntime),
                        cache,
                        meters,
                        settings.serving(),
                        watcher,
                        new ResponseCache(settings.responseCache()));
        uploads.purgeOlderThan(UPLOAD_LIFE);
        restored = deployments.restore();
    }

    /// Starts the engine; what was deployed is loaded meanwhile, see `awaitRestored`.
    ///
    /// @param configs understands folders of models
    public static Engine start(
            EngineSettings settings,
            EngineStores stores,
            FolderConfigReader configs,
            MeterRegistry registry) {
        return new Engine(settings, stores, configs, registry);
    }

    private void meterNativeMemory() {
        var memory = onnxRuntime.nativeMemory();
        meters.gauge(
                "matih.native.sessions", "ONNX Runtime sessions that are open", memory::sessions);
        meters.gauge(
                "matih.native.tensors", "Native tensors that are not released", memory::tensors);
        meters.gauge(
                "matih.native.buffer.bytes", "Bytes of native batch buffers", memory::bufferBytes);
    }

    /// Waits until every deployment of before is in memory, evicted, or known to be unavailable.
    public void awaitRestored() throws InterruptedException {
        restored.await();
    }

    public Router router() {
        return router;
    }

    public Deployments deployments() {
        return deployments;
    }

    public Shadows shadows() {
        return shadows;
    }

    /// What is counted by size, for whoever shows metrics.
    public List<HistogramFamily> histograms() {
        return meters.histograms();
    }

    public ModelCache cache() {
        return cache;
    }

    public Uploads uploads() {
        return uploads;
    }

    public EngineStores stores() {
        return stores;
    }

    public List<Backend> backends() {
        return List.of(onnxRuntime);
    }

    @Override
    public void close() {
        deployments.close();
        cache.close();
        onnxRuntime.close();
        store.close();
        watcher.close();
    }
}
