package io.matih.inference.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.server.bench.LoadPlan.Pace;
import io.matih.inference.server.bench.TinyServer.Reply;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class LoadGeneratorTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final String ANSWER = "{\"y\":1.5}";

    @Test
    void everyAnswerIsCountedOnce() throws Exception {
        try (var server = new TinyServer(_ -> Reply.good(ANSWER))) {
            var report = LoadGenerator.run(server.plan(4, SHORT, ANSWER));
            assertThat(report.statuses()).containsOnlyKeys(200);
            assertThat(report.statuses().get(200)).isEqualTo(server.requests()).isPositive();
            assertThat(report.accepted().getTotalCount()).isEqualTo(server.requests());
            assertThat(report.checked()).isEqualTo(server.requests());
            assertThat(report.wrong()).isZero();
            assertThat(report.failed()).isZero();
            assertThat(report.cpuShare()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void theWarmUpIsNotCounted() throws Exception {
        try (var server = new TinyServer(_ -> Reply.good(ANSWER))) {
            var plan = server.plan(1, SHORT, ANSWER);
            var warm =
                    new LoadPlan(
                            plan.server(),
                            plan.requests(),
                            1,
                            null,
                            SHORT,
                            SHORT,
                            plan.timeout(),
                            100);
            var report = LoadGenerator.run(warm);
            assertThat(report.accepted().getTotalCount())
                    .isPositive()
                    .isLessThan(server.requests());
        }
    }

    @Test
    void wrongAnswersAreSeen() throws Exception {
        try (var server = new TinyServer(i -> Reply.good(i % 10 == 3 ? "{\"y\":2.5}" : ANSWER))) {
            var report = LoadGenerator.run(server.plan(2, SHORT, ANSWER));
            long expected = (server.requests() + 6L) / 10;
            assertThat(expected).isPositive();
            assertThat(report.wrong()).isEqualTo(expected);
        }
    }

    @Test
    void onlyAShareOfTheAnswersIsComparedWhereAsked() throws Exception {
        try (var server = new TinyServer(_ -> Reply.good(ANSWER))) {
            var report = LoadGenerator.run(server.plan(1, SHORT, ANSWER).checking(25));
            assertThat(report.checked()).isEqualTo(server.requests() / 4);
        }
    }

    @Test
    void refusalsHaveTheirOwnLatenciesAndMustSayWhenToComeAgain() throws Exception {
        try (var server =
                new TinyServer(
                        i -> i % 2 == 0 ? Reply.good(ANSWER) : new Reply(503, "", i % 4 == 1))) {
            var report = LoadGenerator.run(server.plan(1, SHORT, ANSWER));
            assertThat(report.statuses()).containsOnlyKeys(200, 503);
            assertThat(report.refused().getTotalCount()).isEqualTo(server.requests() / 2);
            assertThat(report.refusedWithoutRetryAfter()).isEqualTo(server.requests() / 4);
            assertThat(report.wrong()).isZero();
        }
    }

    /// A stall of 400 ms delays the requests that were due in it, and all those show it; a closed
    /// loop would have seen two slow answers.
    @Test
    void anOpenLoopMeasuresFromWhenARequestWasDue() throws Exception {
        var never = new CountDownLatch(1);
        try (var server =
                new TinyServer(
                        i -> {
                            if (i == 50 || i == 51) {
                                await(never, SHORT);
                            }
                            return Reply.good(ANSWER);
                        })) {
            var plan =
                    server.plan(2, Duration.ofSeconds(1), ANSWER)
                            .paced(new Pace(200, Arrivals.UNIFORM), 2);
            var report = LoadGenerator.run(plan);
            assertThat(report.accepted().getTotalCount()).isBetween(198L, 202L);
            long slow =
                    report.accepted()
                            .getCountBetweenValues(
                                    TimeUnit.MILLISECONDS.toNanos(100),
                                    TimeUnit.SECONDS.toNanos(100));
            assertThat(slow).isGreaterThan(40);
            assertThat(report.failed()).isZero();
        }
    }

    @Test
    void poissonArrivalsKeepTheRate() throws Exception {
        try (var server = new TinyServer(_ -> Reply.good(ANSWER))) {
            var plan =
                    server.plan(16, Duration.ofSeconds(1), ANSWER)
                            .paced(new Pace(500, Arrivals.POISSON), 16);
            var report = LoadGenerator.run(plan);
            assertThat(report.accepted().getTotalCount()).isBetween(400L, 600L);
        }
    }

    @Test
    void whatGetsNoAnswerIsATimeOut() throws Exception {
        var never = new CountDownLatch(1);
        try (var server =
                new TinyServer(
                        i -> {
                            if (i == 0) {
                                await(never, Duration.ofSeconds(5));
                            }
                            return Reply.good(ANSWER);
                        })) {
            var plan = server.plan(1, SHORT, ANSWER);
            var impatient =
                    new LoadPlan(
                            plan.server(),
                            plan.requests(),
                            1,
                            null,
                            Duration.ZERO,
                            SHORT,
                            Duration.ofMillis(50),
                            100);
            var report = LoadGenerator.run(impatient);
            assertThat(report.timeouts()).isEqualTo(1);
            assertThat(report.accepted().getTotalCount()).isPositive();
        }
    }

    @Test
    void whereNobodyListensTheRunFails() throws IOException {
        LoadPlan plan;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var server = new TinyServer(_ -> Reply.good(ANSWER))) {
            var usual = server.plan(1, SHORT, ANSWER);
            plan =
                    LoadPlan.closed(
                            new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), socket.getLocalPort()),
                            usual.requests(),
                            1,
                            Duration.ZERO,
                            SHORT);
        }
        assertThatThrownBy(() -> LoadGenerator.run(plan))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot connect");
    }

    @Test
    void whoeverWatchesIsToldHowItGoes() throws Exception {
        var snapshots = new ArrayList<LoadSnapshot>();
        try (var server = new TinyServer(_ -> Reply.good(ANSWER))) {
            var plan = server.plan(1, Duration.ofMillis(900), ANSWER);
            LoadGenerator.run(plan, snapshots::add);
        }
        assertThat(snapshots).hasSizeGreaterThan(1);
        assertThat(snapshots.getLast().throughput()).isPositive();
        assertThat(snapshots.getLast().wrong()).isZero();
    }

    private static void await(CountDownLatch latch, Duration most) {
        try {
            latch.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
