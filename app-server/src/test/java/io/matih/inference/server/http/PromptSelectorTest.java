package io.matih.inference.server.http;

import static io.matih.inference.server.http.TestServer.get;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;

import org.eclipse.jetty.io.ManagedSelector;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A lost update is a client that waits in vain, and one done too early a connection that is cut.
class PromptSelectorTest {
    private static final int CLIENTS = 4;
    private static final int CONNECTIONS = 400;
    private static final int REQUESTS = 1500;

    @Test
    void everyConnectionIsReadWhoseRequestComesAtOnce() throws Exception {
        try (var server = new TestServer()) {
            together(
                    () -> {
                        for (int i = 0; i < CONNECTIONS; i++) {
                            assertThat(server.ask(get("/things")).status()).isEqualTo(200);
                        }
                        return null;
                    });
        }
    }

    /// Answered by other threads, while the selecting ones are at any point of falling asleep.
    @Test
    void whatOtherThreadsSubmitIsDoneWhetherItSleepsOrNot() throws Exception {
        try (var server = new TestServer()) {
            together(
                    () -> {
                        try (var connection = server.connect()) {
                            for (int i = 0; i < REQUESTS; i++) {
                                var answer = connection.send(get("/things/a")).answer();
                                assertThat(answer.status()).isEqualTo(200);
                                pause();
                            }
                        }
                        return null;
                    });
        }
    }

    @Test
    void itStopsInSilence() throws IOException {
        var log = (Logger) LoggerFactory.getLogger(ManagedSelector.class);
        var events = new ListAppender<ILoggingEvent>();
        events.start();
        log.addAppender(events);
        try {
            for (int i = 0; i < 20; i++) {
                try (var server = new TestServer();
                        var connection = server.connect()) {
                    assertThat(connection.send(get("/things")).answer().status()).isEqualTo(200);
                }
            }
        } finally {
            log.detachAppender(events);
        }
        assertThat(events.list).isEmpty();
    }

    private static void pause() {
        long nanos = ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toNanos(1));
        LockSupport.parkNanos(nanos);
    }

    private static void together(Callable<Void> client) throws Exception {
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            var running = new ArrayList<Future<Void>>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(clients.submit(client));
            }
            for (var each : running) {
                each.get();
            }
        }
    }
}
