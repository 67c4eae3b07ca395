package io.matih.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.backend.onnxruntime.OnnxRuntimeSettings;
import io.matih.inference.engine.cache.CacheSettings;
import io.matih.inference.engine.deployment.Change;
import io.matih.inference.engine.deployment.DeploymentSpec;
import io.matih.inference.engine.deployment.InMemoryStores;
import io.matih.inference.engine.deployment.TrafficMode;
import io.matih.inference.engine.deployment.VersionStatistics;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.DynamicBatching;
import io.matih.inference.engine.model.ModelConfig;
import io.matih.inference.engine.model.ModelConfig.Warmup;
import io.matih.inference.engine.model.ModelSource;
import io.matih.inference.engine.model.store.StoreLimits;
import io.matih.inference.engine.serving.CacheMode;
import io.matih.inference.engine.serving.InferenceListener;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.ResponseCacheSettings;
import io.matih.inference.engine.serving.ServingLimits;
import io.matih.inference.engine.telemetry.FailureReason;
import io.matih.inference.engine.telemetry.ModelStatistics;
import io.matih.inference.engine.telemetry.ModelStatistics.Batch;
import io.matih.inference.engine.telemetry.ModelStatistics.Total;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.zoo.LookUp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// What a real model's requests are counted as.
class EngineStatisticsTest {
    private static final int WEIGHTS = 1024;
    private static final long NO_SUCH_WEIGHT = 1 << 20;

    @TempDir private Path folder;
    private final InMemoryStores stores = new InMemoryStores();
    private Engine engine;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("models"));
        Files.write(folder.resolve("models/m.onnx"), LookUp.model(WEIGHTS * Long.BYTES, 7));
        engine =
                Engine.start(
                        new EngineSettings(
                                folder.resolve("data"),
                                List.of(folder.resolve("models").toString()),
                                null,
                                StoreLimits.DEFAULT,
                                ServingLimits.DEFAULT,
                                ResponseCacheSettings.DEFAULT,
                                OnnxRuntimeSettings.DEFAULT,
                                new CacheSettings(
                                        1L << 30, null, 0, Duration.ofSeconds(20), true, null)),
                        new EngineStores(stores, stores, stores, stores),
                        (_, _) -> Optional.empty(),
                        new SimpleMeterRegistry());
        engine.awaitRestored();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private void deploy(int maxBatchSize, boolean responseCache) {
        engine.deployments()
                .deploy(
                        new DeploymentSpec(
                                "m",
                                new ModelSource("file:m.onnx", null, null),
                                null,
                                null,
                                new ModelConfig(
                                        maxBatchSize,
                                        null,
                                        null,
                                        DynamicBatching.DEFAULT,
                                        responseCache,
                                        ModelConfig.DEFAULT.instanceGroups(),
                                        List.of(new Warmup("w", 1, 3))),
                                Map.of(),
                                new TrafficMode.Primary(),
                                false,
                                true,
                                new Change(null, "test", null)));
    }

    private static InferenceRequest request(long... indices) {
        var bytes = ByteBuffer.allocate(indices.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(indices);
        return new InferenceRequest(
                "m",
                null,
                null,
                List.of(
                        new Tensor(
                                "x",
                                Datatype.INT64,
                                Shape.of(indices.length),
                                MemorySegment.ofArray(bytes.array()))),
                List.of(),
                null,
                0,
                CacheMode.USE,
                null);
    }

    private ModelStatistics counts() {
        return statistics().counts();
    }

    private VersionStatistics statistics() {
        return engine.deployments().statistics("m").getFirst();
    }

    @Test
    void aModelThatNobodyAskedHasCountedNothingThoughItWasWarmedUp() {
        deploy(8, false);
        var counts = counts();
        var none = new Total(0, 0);
        assertThat(counts)
                .returns(null, ModelStatistics::lastInference)
                .returns(0L, ModelStatistics::inferences)
                .returns(0L, ModelStatistics::executions)
                .returns(List.of(), ModelStatistics::batches);
        assertThat(
                        List.of(
                                counts.success(),
                                counts.fail(),
                                counts.queue(),
                                counts.computeInput(),
                                counts.computeInfer(),
                                counts.computeOutput(),
                                counts.cacheHit(),
                                counts.cacheMiss()))
                .containsOnly(none);
        assertThat(counts.loadNanos()).isPositive();
        assertThat(statistics().pending()).isZero();
        assertThat(statistics().memory()).containsOnlyKeys(Device.CPU);
    }

    @Test
    void requestsCountOnceAndTheirRowsAsInferences() {
        deploy(8, false);
        var before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        engine.router().infer(request(0));
        engine.router().infer(request(0, 0, 0));
        engine.router().infer(request(1));
        var counts = counts();
        assertThat(counts.inferences()).isEqualTo(5);
        assertThat(counts.executions()).isEqualTo(3);
        assertThat(counts.lastInference()).isBetween(before, Instant.now());
        assertThat(
                        List.of(
                                counts.success().count(),
                                counts.queue().count(),
                                counts.computeInput().count(),
                                counts.computeInfer().count(),
                                counts.computeOutput().count()))
                .containsOnly(3L);
        assertThat(counts.fail().count()).isZero();
        assertThat(counts.success().nanos())
                .isGreaterThanOrEqualTo(
                        counts.queue().nanos()
                                + counts.computeInput().nanos()
                                + counts.computeInfer().nanos()
                                + counts.computeOutput().nanos());
        assertThat(counts.batches()).extracting(Batch::rows).containsExactly(1, 3);
        assertThat(counts.batches())
                .extracting(batch -> batch.computeInfer().count())
                .containsExactly(2L, 1L);
        assertThat(counts.batches().stream().mapToLong(b -> b.computeInfer().nanos()).sum())
                .isEqualTo(counts.computeInfer().nanos());
    }

    /// Each member waits for the whole batch, so each counts all of its time.
    @Test
    void requestsThatAreExecutedTogetherAreOneExecution() {
        deploy(8, false);
        var answers = letInTogether(request(0), request(1, 2), request(3));
        answers.forEach(CompletableFuture::join);
        var counts = counts();
        assertThat(counts.inferences()).isEqualTo(4);
        assertThat(counts.executions()).isEqualTo(1);
        assertThat(counts.batches()).extracting(Batch::rows).containsExactly(4);
        assertThat(counts.computeInfer())
                .isEqualTo(new Total(3, 3 * counts.batches().getFirst().computeInfer().nanos()));
    }

    @Test
    void ofABatchThatFailsTheGoodOnesCountAsExecutedOneByOne() {
        deploy(8, false);
        var answers = letInTogether(request(0), request(NO_SUCH_WEIGHT), request(1));
        answers.getFirst().join();
        answers.getLast().join();
        assertThat(answers.get(1)).isCompletedExceptionally();
        var counts = counts();
        assertThat(counts.success().count()).isEqualTo(2);
        assertThat(counts.inferences()).isEqualTo(2);
        assertThat(counts.executions()).isEqualTo(2);
        assertThat(counts.batches()).extracting(Batch::rows).containsExactly(1);
        assertThat(counts.fail().count()).isEqualTo(1);
        assertThat(counts.fail().nanos()).isPositive();
        assertThat(counts.failures()).containsEntry(FailureReason.BACKEND, 1L);
    }

    @Test
    void aRequestThatTakesSeveralExecutionsIsOneAnswer() {
        deploy(4, false);
        engine.router().infer(request(new long[10]));
        var counts = counts();
        assertThat(counts.success().count()).isEqualTo(1);
        assertThat(counts.inferences()).isEqualTo(10);
        assertThat(counts.executions()).isEqualTo(3);
        assertThat(counts.batches()).extracting(Batch::rows).containsExactly(2, 4);
    }

    @Test
    void whereTheFirstAxisCountsNoRowsARequestIsOneInference() {
        deploy(0, false);
        engine.router().infer(request(0, 0, 0));
        assertThat(counts().inferences()).isEqualTo(1);
        assertThat(counts().batches()).extracting(Batch::rows).containsExactly(1);
    }

    @Test
    void answersFromTheCacheAreSuccessesButNoInferences() {
        deploy(8, true);
        engine.router().infer(request(0));
        engine.router().infer(request(0));
        letInTogether(request(0)).getFirst().join();
        var counts = counts();
        assertThat(counts.success().count()).isEqualTo(3);
        assertThat(counts.queue().count()).isEqualTo(3);
        assertThat(counts.computeInfer().count()).isEqualTo(1);
        assertThat(counts.inferences()).isEqualTo(1);
        assertThat(counts.executions()).isEqualTo(1);
        assertThat(counts.cacheHit().count()).isEqualTo(2);
        assertThat(counts.cacheHit().nanos()).isPositive();
        assertThat(counts.cacheMiss().count()).isEqualTo(1);
        assertThat(counts.cacheMiss().nanos()).isPositive();
    }

    @Test
    void whatTheModelCouldNeverAnswerIsNoFailedInference() {
        deploy(8, false);
        var wrong =
                new InferenceRequest(
                        "m", null, null, List.of(), List.of(), null, 0, CacheMode.USE, null);
        var failure =
                catchThrowableOfType(ServingException.class, () -> engine.router().infer(wrong));
        assertThat(failure.code()).isEqualTo(ErrorCode.MISSING_INPUT);
        assertThat(counts().fail().count()).isZero();
        var late = request(0).withTimeout(Duration.ofNanos(1));
        failure = catchThrowableOfType(ServingException.class, () -> engine.router().infer(late));
        assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE);
        assertThat(counts().failures()).containsEntry(FailureReason.TIMEOUT, 1L);
        assertThat(counts().fail().count()).isEqualTo(1);
    }

    @Test
    void countsOutliveAnotherConfigurationOfTheSameVersionAndEndWithTheUndeploy() {
        deploy(8, false);
        engine.router().infer(request(0));
        deploy(4, false);
        engine.router().infer(request(0));
        assertThat(counts().success().count()).isEqualTo(2);
        engine.deployments().undeploy("m", null, Duration.ofSeconds(10), "test");
        assertThat(engine.deployments().statistics()).isEmpty();
        var failure =
                catchThrowableOfType(
                        ServingException.class, () -> engine.deployments().statistics("m"));
        assertThat(failure.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    }

    private List<CompletableFuture<InferenceResponse>> letInTogether(InferenceRequest... requests) {
        var answers = new ArrayList<CompletableFuture<InferenceResponse>>();
        var pending =
                List.of(requests).stream()
                        .map(
                                request -> {
                                    var answer = new CompletableFuture<InferenceResponse>();
                                    answers.add(answer);
                                    return engine.router()
                                            .offer(request, new Waiting(answer))
                                            .orElseThrow();
                                })
                        .toList();
        pending.getLast().start();
        return answers;
    }

    private record Waiting(CompletableFuture<InferenceResponse> answer)
            implements InferenceListener {
        @Override
        public void answered(InferenceResponse response) {
            answer.complete(response);
        }

        @Override
        public void failed(ServingException failure) {
            answer.completeExceptionally(failure);
        }
    }
}
