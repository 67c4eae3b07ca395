package io.matih.inference.engine.shadow;

import static io.matih.inference.engine.serving.Tensors.int64;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.CacheMode;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

class ShadowMirrorTest {
    private static final Tensor LABEL = int64("y", new long[] {1}, 1);
    private static final InferenceResponse ANSWER = ComparisonTest.response(1000, LABEL);

    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        workers.close();
    }

    private ShadowMirror mirror(int percent, Candidate candidate) {
        return mirror(percent, candidate, workers);
    }

    private static ShadowMirror mirror(int percent, Candidate candidate, Executor workers) {
        return new ShadowMirror(
                new ShadowKey("m", 1, 2),
                new ShadowPolicy(percent, Gate.DEFAULT, Map.of(), Set.of(), false),
                candidate,
                ComparisonState.begin(Instant.now()),
                workers);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(2);
        }
    }

    @Test
    void everyRequestIsAskedOnceAndNeverFromACache() throws Exception {
        var asked = new AtomicInteger();
        var mirror =
                mirror(
                        100,
                        request -> {
                            assertThat(request.cache().name()).isEqualTo("BYPASS");
                            assertThat(request.version()).isEqualTo("2");
                            asked.incrementAndGet();
                            return ANSWER;
                        });
        for (int i = 0; i < 1000; i++) {
            mirror.answered(ComparisonTest.request(), ANSWER);
            if (i % 100 == 0) {
                int expected = i + 1;
                await(() -> mirror.report().requests() == expected);
            }
        }
        await(() -> mirror.report().requests() + mirror.report().dropped() == 1000);
        assertThat(mirror.report().agreement().value()).isEqualTo(1);
        assertThat(asked.get()).isEqualTo((int) mirror.report().requests());
    }

    @Test
    void aShadowThatHangsLosesTheOldestAndHoldsNobody() throws Exception {
        var hangs = new CountDownLatch(1);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var mirror =
                mirror(
                        100,
                        _ -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            try {
                                hangs.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            inside.decrementAndGet();
                            return ANSWER;
                        });
        for (int i = 0; i < 5000; i++) {
            mirror.answered(ComparisonTest.request(), ANSWER);
        }
        await(() -> inside.get() == 2);
        assertThat(mirror.report().dropped()).isBetween(5000L - 256 - 2, 5000L - 256);
        hangs.countDown();
        await(() -> mirror.report().requests() + mirror.report().dropped() == 5000);
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    void largeRequestsAreBoundedByTheirBytes() throws Exception {
        var hangs = new CountDownLatch(1);
        var mirror =
                mirror(
                        100,
                        _ -> {
                            try {
                                hangs.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            return ANSWER;
                        });
        var large = int64("x", new long[] {1, 2 << 20}, new long[2 << 20]);
        for (int i = 0; i < 20; i++) {
            mirror.answered(ComparisonTest.request(large), ANSWER);
        }
        // 64 MiB hold three of 16 MiB and their answers; two more are on their way.
        assertThat(mirror.report().dropped()).isBetween(15L, 17L);
        hangs.countDown();
        await(() -> mirror.report().requests() + mirror.report().dropped() == 20);
    }

    @Test
    void failuresOfAnyKindAreCountedAndTheNextIsAsked() throws Exception {
        var asked = new AtomicInteger();
        var mirror =
                mirror(
                        100,
                        _ -> {
                            int turn = asked.getAndIncrement() % 3;
                            if (turn == 0) {
                                throw new ServingException(ErrorCode.INFERENCE_FAILED, "broken");
                            }
                            if (turn == 1) {
                                throw new IllegalStateException("very broken");
                            }
                            return ANSWER;
                        });
        for (int i = 0; i < 30; i++) {
            int expected = i + 1;
            mirror.answered(ComparisonTest.request(), ANSWER);
            await(() -> mirror.report().requests() == expected);
        }
        assertThat(mirror.report().failed()).isEqualTo(20);
        assertThat(mirror.report().samples()).isEqualTo(30);
    }

    @Test
    void aShareIsMirroredByChanceWithoutAnId() {
        var mirror = mirror(20, _ -> ANSWER, Runnable::run);
        var anonymous =
                new InferenceRequest(
                        "m", null, null, List.of(), List.of(), null, 0, CacheMode.USE, null);
        for (int i = 0; i < 5000; i++) {
            mirror.answered(anonymous, ANSWER);
        }
        long taken = mirror.report().requests();
        assertThat((double) taken).isBetween(1000 - 6 * 28.3, 1000 + 6 * 28.3);
    }

    @Test
    void anEndedOneTakesNothing() {
        var mirror = mirror(100, _ -> ANSWER);
        mirror.end();
        mirror.answered(ComparisonTest.request(), ANSWER);
        mirror.primaryFailed();
        assertThat(mirror.report().requests() + mirror.report().primaryFailed()).isZero();
        assertThat(mirror.report().ended()).isTrue();
    }
}
