package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.zoo.LookUp;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// A thousand deployed models with memory for fifty.
@Tag("slow")
class ManyModelsTest {
    private static final String API = TestServer.API;
    private static final int MODELS = 1000;
    private static final int IN_MEMORY = 50;
    private static final int CLIENTS = 32;
    private static final int REQUESTS = 4000;
    private static final int SCRAPES = 5;

    /// Large enough that what else allocates memory meanwhile does not matter.
    private static final int MODEL_BYTES = 1 << 20;

    private static final int DIGESTS = 8;

    @TempDir private Path data;

    @Test
    void everyRequestIsAnsweredAndAScrapeTakesASecondAtMost() throws Exception {
        long budget = IN_MEMORY * (long) MODEL_BYTES * 5 / 4;
        try (var server =
                        TestServer.start(data, Map.of("cache.host_bytes", Long.toString(budget)));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long begun = System.nanoTime();
            deployAll(server);
            long deployed = System.nanoTime();
            assertThat(inMemory(server)).isBetween(IN_MEMORY / 2L, 2L * IN_MEMORY);
            var work = new ArrayList<Future<?>>();
            for (int t = 0; t < CLIENTS; t++) {
                var random = new Random(t);
                work.add(threads.submit(() -> ask(server, random)));
            }
            for (var done : work) {
                done.get();
            }
            long answered = System.nanoTime();
            long scrape = quickestScrape(server);
            System.out.printf(
                    "%d deploys in %d ms; %d requests of %d clients in %d ms; a scrape in %d ms%n",
                    MODELS,
                    millis(deployed - begun),
                    REQUESTS,
                    CLIENTS,
                    millis(answered - deployed),
                    millis(scrape));
            assertThat(Duration.ofNanos(scrape)).isLessThan(Duration.ofSeconds(1));
            assertThat(server.get("/metrics").body()).contains("model=\"m17\"");
            assertThat(server.undeploy("m17").status()).isEqualTo(200);
            assertThat(server.get("/metrics").body())
                    .doesNotContain("model=\"m17\"")
                    .contains("model=\"m18\"");
            var cache = server.get(API + "/cache").json();
            assertThat(cache.at("/devices/0/used_bytes").longValue()).isLessThanOrEqualTo(budget);
        }
    }

    /// Of a few: the others tell how busy the machine is.
    private static long quickestScrape(TestServer server) {
        return LongStream.range(0, SCRAPES)
                .map(
                        _ -> {
                            long begun = System.nanoTime();
                            server.get("/metrics");
                            return System.nanoTime() - begun;
                        })
                .min()
                .orElseThrow();
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }

    private static void deployAll(TestServer server) {
        var uris =
                IntStream.range(0, DIGESTS)
                        .mapToObj(i -> LookUp.model(MODEL_BYTES, 100 + i))
                        .map(model -> server.upload(model, "application/octet-stream"))
                        .toList();
        for (int i = 0; i < MODELS; i++) {
            var answer = server.deploy("m" + i, uris.get(i % DIGESTS), "");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
    }

    private static long inMemory(TestServer server) {
        return server.get(API + "/cache")
                .json()
                .get("entries")
                .valueStream()
                .filter(entry -> entry.get("state").stringValue().equals("READY"))
                .count();
    }

    private static void ask(TestServer server, Random random) {
        for (int i = 0; i < REQUESTS / CLIENTS; i++) {
            int model = random.nextInt(MODELS);
            var answer = server.predict("{\"model\":\"m%d\",\"instances\":[0]}".formatted(model));
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            assertThat(answer.json().at("/outputs/0/data/0").intValue())
                    .isEqualTo(100 + model % DIGESTS);
        }
    }
}
