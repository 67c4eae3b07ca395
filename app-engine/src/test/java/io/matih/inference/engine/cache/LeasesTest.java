package io.matih.inference.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

class LeasesTest {
    @Test
    void drainingWaitsForTheLastLease() throws InterruptedException {
        var leases = new Leases();
        assertThat(leases.acquire()).isTrue();
        assertThat(leases.acquire()).isTrue();
        assertThat(leases.drain()).isEqualTo(2);
        assertThat(leases.acquire()).isFalse();
        leases.release();
        assertThat(leases.awaitDrained(Duration.ZERO)).isFalse();
        leases.release();
        assertThat(leases.awaitDrained(Duration.ZERO)).isTrue();
        assertThat(leases.held()).isZero();
    }

    @Test
    void anUnusedOneIsDrainedAtOnceAndTwiceIsNoHarm() throws InterruptedException {
        var leases = new Leases();
        assertThat(leases.drain()).isZero();
        assertThat(leases.drain()).isZero();
        assertThat(leases.awaitDrained(Duration.ZERO)).isTrue();
    }

    /// The invariant: once drained, nobody is inside and nobody gets in.
    @RepeatedTest(20)
    void nobodyIsInsideAfterDraining() throws InterruptedException {
        var leases = new Leases();
        var inside = new AtomicInteger();
        var closed = new AtomicBoolean();
        var seenInsideClosed = new AtomicBoolean();
        var started = new CountDownLatch(4);
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 4; i++) {
                threads.execute(
                        () -> {
                            started.countDown();
                            while (leases.acquire()) {
                                inside.incrementAndGet();
                                if (closed.get()) {
                                    seenInsideClosed.set(true);
                                }
                                inside.decrementAndGet();
                                leases.release();
                            }
                        });
            }
            started.await();
            leases.drain();
            assertThat(leases.awaitDrained(Duration.ofSeconds(10))).isTrue();
            closed.set(true);
            assertThat(inside.get()).isZero();
        }
        assertThat(seenInsideClosed).isFalse();
    }
}
