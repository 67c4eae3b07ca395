package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/// Five times the load that a model can carry, by clients that do not wait for one another.
class OverloadTest {
    private static final Logger LOG = LoggerFactory.getLogger(OverloadTest.class);
    private static final int TIMES = 5;
    private static final long RUN_MILLIS = 40;
    private static final Duration LOAD = Duration.ofSeconds(6);

    @TempDir private Path data;

    @Test
    void theExcessIsRefusedAndOtherModelsAnswer() throws Exception {
        try (var server = TestServer.start(data);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.deploy("slow");
            server.deploy("iris");
            long rounds = SlowModel.rounds(server, RUN_MILLIS);
            var others = threads.submit(() -> askIris(server));
            var answers = new ArrayList<Future<Timed>>();
            long begun = System.nanoTime();
            long pause = RUN_MILLIS * 1_000_000 / TIMES;
            for (long due = begun; due - begun < LOAD.toNanos(); due += pause) {
                LockSupport.parkNanos(due - System.nanoTime());
                int x = answers.size();
                answers.add(threads.submit(() -> ask(server, rounds, x)));
            }
            int answered = 0;
            var refused = new ArrayList<Long>();
            for (int x = 0; x < answers.size(); x++) {
                var answer = answers.get(x).get();
                if (answer.answer().status() == 200) {
                    answered++;
                    assertThat(answer.answer().json().at("/outputs/0/data/0").intValue())
                            .isEqualTo(x);
                } else {
                    assertRefused(answer.answer());
                    refused.add(answer.nanos());
                }
            }
            refused.sort(null);
            var iris = others.get();
            LOG.info(
                    "{} requests, {} answered, {} refused after {} ms (median), {} ms at most; another model {} times, p50 {} ms, p99 {} ms",
                    answers.size(),
                    answered,
                    refused.size(),
                    millis(refused, 0.5),
                    millis(refused, 1),
                    iris.size(),
                    millis(iris, 0.5),
                    millis(iris, 0.99));
            assertThat(answered).isPositive();
            assertThat(refused).isNotEmpty();
            assertThat(server.predict(SlowModel.request(1, 3)).status()).isEqualTo(200);
            assertThat(server.metric("matih_native_tensors")).isZero();
        }
    }

    private static Timed ask(TestServer server, long rounds, int x) {
        long begun = System.nanoTime();
        var answer = server.predict(SlowModel.request(rounds, x, ""));
        return new Timed(answer, System.nanoTime() - begun);
    }

    private static void assertRefused(TestServer.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.response().headers().firstValue("Retry-After")).isPresent();
    }

    /// One request after the other, as long as the load lasts.
    ///
    /// @return how long each took, in nanoseconds, ascending
    private static List<Long> askIris(TestServer server) {
        var taken = new ArrayList<Long>();
        long end = System.nanoTime() + LOAD.toNanos();
        while (System.nanoTime() < end) {
            long begun = System.nanoTime();
            var answer = server.predict("{\"model\":\"iris\",\"instances\":[[5.1,3.5,1.4,0.2]]}");
            taken.add(System.nanoTime() - begun);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
        taken.sort(null);
        return taken;
    }

    private static double millis(List<Long> ascending, double quantile) {
        int index = (int) Math.ceil(quantile * ascending.size()) - 1;
        return ascending.get(Math.max(0, index)) / 1e6;
    }

    private record Timed(TestServer.Answer answer, long nanos) {}
}
