package io.matih.inference.server.http;

import static io.matih.inference.server.http.Answers.assertError;
import static io.matih.inference.server.http.TestServer.get;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.server.security.BindRefusedException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

class DrainTest {
    @Test
    void whatIsServedFinishesAndNothingNewBegins() throws Exception {
        try (var server = new TestServer();
                var slow = server.connect();
                var waiting = server.connect()) {
            assertThat(waiting.send(get("/things")).answer().status()).isEqualTo(200);
            int port = server.server.port();
            slow.send(get("/slow"));
            assertThat(server.entered.await(10, TimeUnit.SECONDS)).isTrue();
            server.server.beginDrain();

            var refused = waiting.send(get("/things")).answer();
            assertError(refused, 503, "SHUTTING_DOWN");
            assertThat(refused.header("Connection")).isEqualTo("close");
            assertThat(waiting.isClosed()).isTrue();

            var alive = server.ask(get("/healthz"));
            assertThat(alive.status()).isEqualTo(200);
            assertThat(alive.header("Connection")).isEqualTo("close");

            var stopped =
                    Thread.ofVirtual().start(() -> server.server.stop(Duration.ofSeconds(20)));
            server.release.countDown();
            assertThat(slow.answer().status()).isEqualTo(200);
            assertThat(stopped.join(Duration.ofSeconds(20))).isTrue();
            assertThatThrownBy(() -> new RawHttp(port)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void theDrainEndsWithItsTime() throws Exception {
        try (var server = new TestServer();
                var slow = server.connect()) {
            slow.send(get("/slow"));
            assertThat(server.entered.await(10, TimeUnit.SECONDS)).isTrue();
            server.server.stop(Duration.ofMillis(100));
            assertThat(slow.isClosed()).isTrue();
        }
    }

    @Test
    void othersMayNotReachIt() {
        var open = new HttpSettings("0.0.0.0", 0, Set.of(), Set.of(), HttpLimits.defaults());
        assertThatThrownBy(() -> HttpServer.start(open, List.of()))
                .isInstanceOf(BindRefusedException.class);
    }
}
