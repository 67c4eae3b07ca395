package io.matih.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.backend.onnxruntime.OnnxRuntimeSettings;
import io.matih.inference.engine.cache.CacheSettings;
import io.matih.inference.engine.cache.CacheStatus.ModelUse;
import io.matih.inference.engine.deployment.Change;
import io.matih.inference.engine.deployment.DeploymentSpec;
import io.matih.inference.engine.deployment.DeploymentState;
import io.matih.inference.engine.deployment.InMemoryStores;
import io.matih.inference.engine.deployment.TrafficMode;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.InstanceKind;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelConfig.InstanceGroup;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.engine.model.store.StoreLimits;
import io.matih.inference.engine.serving.CacheMode;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.ResponseCacheSettings;
import io.matih.inference.engine.serving.ServingLimits;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.zoo.LookUp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// More real models than fit in memory.
class EngineCacheTest {
    /// Large enough that what else allocates memory meanwhile does not matter.
    private static final int MODEL_BYTES = 8 << 20;

    private static final int FITTING = 5;
    private static final int DIGESTS = 3;
    private static final int NAMES = 20;
    private static final Duration DRAIN = Duration.ofSeconds(10);
    private static final CacheSettings SETTINGS =
            new CacheSettings(
                    (FITTING * 2L + 1) * MODEL_BYTES / 2,
                    null,
                    0,
                    Duration.ofSeconds(20),
                    true,
                    null);

    @TempDir private Path folder;
    private final InMemoryStores stores = new InMemoryStores();

    @BeforeEach
    void putModels() throws IOException {
        Files.createDirectories(folder.resolve("models"));
        for (int i = 0; i < DIGESTS; i++) {
            Files.write(
                    folder.resolve("models/" + i + ".onnx"), LookUp.model(MODEL_BYTES, 100 + i));
        }
    }

    private Engine start(CacheSettings cache) throws InterruptedException {
        var engine =
                Engine.start(
                        new EngineSettings(
                                folder.resolve("data"),
                                List.of(folder.resolve("models").toString()),
                                null,
                                StoreLimits.DEFAULT,
                                ServingLimits.DEFAULT,
                                ResponseCacheSettings.DEFAULT,
                                OnnxRuntimeSettings.DEFAULT,
                                cache),
                        new EngineStores(stores, stores, stores, stores),
                        (_, _) -> Optional.empty(),
                        new SimpleMeterRegistry());
        engine.awaitRestored();
        return engine;
    }

    private static DeploymentSpec spec(int model, boolean pinned, ModelConfig config) {
        return new DeploymentSpec(
                "m" + model,
                new ModelSource("file:%d.onnx".formatted(model % DIGESTS), null, null),
                null,
                null,
                config,
                Map.of(),
                new TrafficMode.Primary(),
                pinned,
                true,
                new Change(null, "test", null));
    }

    private static void deploy(Engine engine, int model, boolean pinned) {
        engine.deployments().deploy(spec(model, pinned, ModelConfig.DEFAULT));
    }

    private static void ask(Engine engine, int model) {
        var zero = new Tensor("x", Datatype.INT64, Shape.of(1), MemorySegment.ofArray(new byte[8]));
        var answer =
                engine.router()
                        .infer(
                                new InferenceRequest(
                                        "m" + model,
                                        null,
                                        null,
                                        List.of(zero),
                                        List.of(),
                                        null,
                                        0,
                                        CacheMode.USE,
                                        null));
        assertThat(answer.outputs().getFirst().data().get(ValueLayout.JAVA_LONG_UNALIGNED, 0))
                .isEqualTo(100 + model % DIGESTS);
    }

    private static ModelUse use(Engine engine, int model) {
        return Objects.requireNonNull(
                engine.deployments().get("m" + model).stable().orElseThrow().cache());
    }

    @Test
    void everyDeployedModelAnswersThoughFewFitAndARestartLoadsWhatFits() throws Exception {
        long budget = Objects.requireNonNull(SETTINGS.hostBytes());
        try (var engine = start(SETTINGS)) {
            for (int i = 0; i < NAMES; i++) {
                deploy(engine, i, i == 3);
            }
            assertThat(states(engine)).contains("Ready", "Evicted").hasSize(NAMES);
            askAtRandom(engine);
            assertThat(used(engine)).isLessThanOrEqualTo(budget);
            assertThat(use(engine, 3).loads()).isEqualTo(1);
        }
        try (var engine = start(SETTINGS)) {
            assertThat(states(engine)).contains("Ready", "Evicted").hasSize(NAMES);
            assertThat(engine.deployments().get("m3").state())
                    .isInstanceOf(DeploymentState.Ready.class);
            assertThat(used(engine)).isLessThanOrEqualTo(budget);
            IntStream.range(0, NAMES).forEach(i -> ask(engine, i));
            long resident = use(engine, 19).footprint().total();
            assertThat(resident).isPositive();
            assertThat(engine.deployments().undeploy("m19", null, DRAIN, "test").freedBytes())
                    .isEqualTo(resident);
        }
    }

    private static void askAtRandom(Engine engine) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = new ArrayList<Future<?>>();
            for (int t = 0; t < 8; t++) {
                var random = new Random(t);
                work.add(
                        threads.submit(
                                () -> {
                                    for (int i = 0; i < 40; i++) {
                                        ask(engine, random.nextInt(NAMES));
                                    }
                                }));
            }
            for (var done : work) {
                done.get();
            }
        }
    }

    private static long used(Engine engine) {
        return engine.cache().status().devices().getFirst().usedBytes();
    }

    private static List<String> states(Engine engine) {
        return engine.deployments().list().stream()
                .map(status -> status.state().getClass().getSimpleName())
                .toList();
    }

    @Test
    void aDeployThatCannotFitLeavesTheOldVersionServing() throws Exception {
        try (var engine = start(SETTINGS)) {
            deploy(engine, 3, false);
            var tooMany =
                    new ModelConfig(
                            null,
                            null,
                            null,
                            DynamicBatching.DEFAULT,
                            false,
                            List.of(new InstanceGroup(InstanceKind.KIND_CPU, FITTING, List.of())),
                            List.of());
            var refused =
                    catchThrowableOfType(
                            ServingException.class,
                            () -> engine.deployments().deploy(spec(3, false, tooMany)));
            assertThat(refused.code()).isEqualTo(ErrorCode.CACHE_BUDGET);
            ask(engine, 3);
            assertThat(engine.deployments().get("m3").lastFailure())
                    .contains("the model cache may use");
            assertThat(use(engine, 3).loads()).isEqualTo(1);
        }
    }

    @Test
    void aRepeatedDeployBringsAnEvictedModelBackWithoutANewRevision() throws Exception {
        var settings =
                new CacheSettings(
                        SETTINGS.hostBytes(), null, 0, Duration.ofSeconds(20), false, null);
        try (var engine = start(settings)) {
            for (int i = 0; i <= FITTING; i++) {
                deploy(engine, i, false);
            }
            int evicted = states(engine).indexOf("Evicted");
            var refused = catchThrowableOfType(ServingException.class, () -> ask(engine, evicted));
            assertThat(refused.code()).isEqualTo(ErrorCode.MODEL_NOT_READY);
            deploy(engine, evicted, false);
            assertThat(engine.deployments().get("m" + evicted).state())
                    .isInstanceOf(DeploymentState.Ready.class);
            assertThat(stores.lastRevision("m" + evicted)).isEqualTo(1);
            ask(engine, evicted);
        }
    }
}
