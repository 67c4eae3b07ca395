package io.matih.inference.server;

import static io.matih.inference.server.Eventually.await;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.zoo.SquareProduct;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A model that hangs where nothing can stop it, in one kernel for seconds.
class HangingModelTest {
    private static final Logger LOG = LoggerFactory.getLogger(HangingModelTest.class);
    private static final int CLIENTS = 8;
    private static final int REQUESTS = 25;

    @TempDir private Path data;
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(data);
        var uri = server.upload(SquareProduct.model(), "application/octet-stream");
        var answer = server.deploy("hangs", uri, "");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(hang(1, 60_000_000).status()).isEqualTo(200);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestServer.Answer hang(int n, long timeoutMicros) {
        return server.predict(
                "{\"model\":\"hangs\",\"inputs\":[{\"name\":\"n\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[%d]}],\"parameters\":{\"timeout\":%d}}"
                        .formatted(n, timeoutMicros));
    }

    private boolean runs() {
        return server.metric("matih_native_tensors") > 0;
    }

    /// Whoever waits for it, or for its only instance, hears at the timeout; the run goes on, is
    /// counted as long as it does, and is useful to nobody.
    @Test
    void itsClientsAreFreeAtTheirTimeoutAndItsInstanceWhenItEnds() {
        long begun = System.nanoTime();
        var late = hang(SquareProduct.LONG, 100_000);
        long freed = System.nanoTime();
        assertThat(runs()).isTrue();
        var waited = hang(1, 100_000);
        long refused = System.nanoTime();
        assertThat(runs()).isTrue();
        assertThat(late.status()).as(late.body()).isEqualTo(504);
        assertThat(late.code()).isEqualTo("DEADLINE");
        assertThat(waited.status()).as(waited.body()).isEqualTo(504);
        await("the end of the run", () -> !runs());
        LOG.info(
                "timeout 100 ms: {} ms running, {} ms waiting; the run took {} ms",
                (freed - begun) / 1_000_000,
                (refused - freed) / 1_000_000,
                (System.nanoTime() - begun) / 1_000_000);
        assertThat(hang(1, 60_000_000).status()).isEqualTo(200);
    }

    @Test
    void otherModelsAnswerMeanwhile() throws Exception {
        server.deploy("iris");
        assertThat(hang(SquareProduct.LONG, 100_000).status()).isEqualTo(504);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = new ArrayList<Future<Long>>();
            for (int i = 0; i < CLIENTS; i++) {
                work.add(threads.submit(this::askIris));
            }
            long slowest = 0;
            for (var done : work) {
                slowest = Math.max(slowest, done.get());
            }
            LOG.info(
                    "{} requests of another model meanwhile, the slowest {} µs",
                    CLIENTS * REQUESTS,
                    slowest / 1000);
        }
        assertThat(runs()).isTrue();
    }

    /// @return nanoseconds of the slowest
    private long askIris() {
        long slowest = 0;
        for (int i = 0; i < REQUESTS; i++) {
            long begun = System.nanoTime();
            var answer = server.predict("{\"model\":\"iris\",\"instances\":[[5.1,3.5,1.4,0.2]]}");
            slowest = Math.max(slowest, System.nanoTime() - begun);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
        return slowest;
    }

    @Test
    void itsUndeployEndsWithItsRun() throws Exception {
        assertThat(hang(SquareProduct.LONG, 100_000).status()).isEqualTo(504);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<TestServer.Answer> undeploy =
                    () ->
                            server.post(
                                    TestServer.API + "/undeploy",
                                    "{\"name\":\"hangs\",\"drain_timeout_s\":0}");
            var going = threads.submit(undeploy);
            await("nobody served any more", () -> hang(1, 100_000).status() == 404);
            var gone = going.get();
            assertThat(gone.status()).as(gone.body()).isEqualTo(200);
        }
        await("no session", () -> server.metric("matih_native_sessions") == 0);
        assertThat(server.metric("matih_native_tensors")).isZero();
        assertThat(server.metric("matih_native_buffer_bytes")).isZero();
    }
}
