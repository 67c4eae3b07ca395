package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/// Models come and go under traffic: a session is never closed in use, no answer is lost or mixed.
class UndeployUnderLoadTest {
    @TempDir private Path data;
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(data);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void whatRunsFinishesBeforeTheModelGoes() throws Exception {
        server.deploy("slow_fixed");
        var input =
                "{\"model\":\"slow_fixed\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,256],\"data\":[%s1]}]}"
                        .formatted("1,".repeat(255));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<TestServer.Answer>>();
            for (int i = 0; i < 4; i++) {
                running.add(threads.submit(() -> server.predict(input)));
            }
            while (server.get(TestServer.API + "/deployments/slow_fixed")
                            .json()
                            .get("queue_depth")
                            .intValue()
                    == 0) {
                Thread.onSpinWait();
            }
            var gone = server.undeploy("slow_fixed");
            assertThat(gone.status()).as(gone.body()).isEqualTo(200);
            assertThat(gone.json().get("drained").intValue()).isPositive();
            assertThat(gone.json().get("aborted").intValue()).isZero();
            for (var answer : running) {
                assertThat(answer.get().status()).as(answer.get().body()).isIn(200, 404, 503);
            }
        }
        assertThat(server.predict(input).status()).isEqualTo(404);
        assertThat(server.metric("matih_native_sessions")).isZero();
    }

    /// Twenty swaps of two models with different constants: every answer is its version's constant.
    @Test
    void replacingUnderTrafficLosesAndMixesNothing() throws Exception {
        var seven = server.uploadModel("constant_7");
        var nine = server.uploadModel("constant_9");
        server.deploy("swap", seven, ",\"version\":7");
        var stop = new AtomicBoolean();
        var wrong = new ConcurrentLinkedQueue<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                threads.execute(
                        () -> {
                            while (!stop.get()) {
                                var answer =
                                        server.predict("{\"model\":\"swap\",\"instances\":[[1]]}");
                                if (answer.status() != 200
                                        || answer.json().at("/outputs/0/data/0").intValue()
                                                != Integer.parseInt(
                                                        answer.json()
                                                                .get("model_version")
                                                                .stringValue())) {
                                    wrong.add(answer.body());
                                }
                            }
                        });
            }
            for (int i = 0; i < 20; i++) {
                boolean odd = i % 2 == 0;
                var answer =
                        server.deploy(
                                "swap",
                                odd ? nine : seven,
                                ",\"replace\":true,\"version\":" + (odd ? 9 : 7));
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            }
            stop.set(true);
        }
        assertThat(wrong).isEmpty();
        server.undeploy("swap");
        assertThat(server.metric("matih_native_sessions")).isZero();
    }
}
