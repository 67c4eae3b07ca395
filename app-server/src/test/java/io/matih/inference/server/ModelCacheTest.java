package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.zoo.LookUp;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// More models deployed than fit in memory, over REST.
class ModelCacheTest {
    private static final String API = TestServer.API;

    /// Large enough that what else allocates memory meanwhile does not matter.
    private static final int MODEL_BYTES = 8 << 20;

    private static final long BUDGET = 44L << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private Path data;

    private TestServer start(String... settings) {
        var flags = new HashMap<String, String>();
        flags.put("cache.host_bytes", Long.toString(BUDGET));
        for (int i = 0; i < settings.length; i += 2) {
            flags.put(settings[i], settings[i + 1]);
        }
        return TestServer.start(data, flags);
    }

    private static String upload(TestServer server) {
        return server.upload(LookUp.model(MODEL_BYTES, 42), "application/octet-stream");
    }

    /// Deploys copies of a model until one of them is evicted.
    private static List<String> deployUntilFull(TestServer server) {
        var uri = upload(server);
        var names = new ArrayList<String>();
        while (!server.get(API + "/cache").body().contains("EVICTED")) {
            var name = "m" + names.size();
            var answer = server.deploy(name, uri, "");
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            names.add(name);
        }
        return names;
    }

    private static String evicted(TestServer server) {
        return server.get(API + "/deployments?state=EVICTED")
                .json()
                .at("/deployments/0/name")
                .stringValue();
    }

    private static String state(TestServer server, String name) {
        return server.get(API + "/deployments/" + name).json().get("state").stringValue();
    }

    private static TestServer.Answer ask(TestServer server, String name) {
        return server.predict("{\"model\":\"%s\",\"instances\":[0]}".formatted(name));
    }

    @Test
    void anEvictedModelIsShownAndLoadedByTheNextRequest() {
        try (var server = start()) {
            deployUntilFull(server);
            var name = evicted(server);
            var evicted = server.get(API + "/deployments/" + name).json();
            assertThat(evicted.get("state").stringValue()).isEqualTo("EVICTED");
            assertThat(evicted.at("/cache/resident").booleanValue()).isFalse();
            assertThat(evicted.at("/memory/bytes").longValue()).isZero();
            assertThat(server.get(API + "/deployments?state=EVICTED").json().get("deployments"))
                    .hasSize(1);
            var answer = ask(server, name);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
            var back = server.get(API + "/deployments/" + name).json();
            assertThat(back.get("state").stringValue()).isEqualTo("READY");
            assertThat(back.at("/memory/bytes").longValue()).isPositive();
            assertThat(back.at("/cache/last_used").isString()).isTrue();
            var model = "{model=\"%s\"}".formatted(name);
            assertThat(server.metric("ml_inference_model_cache_misses_total" + model)).isEqualTo(1);
            assertThat(server.metric("ml_inference_model_cache_evictions_total" + model))
                    .isEqualTo(1);
            assertThat(server.metric("ml_inference_model_cache_load_seconds_count" + model))
                    .isEqualTo(2);
            assertThat(server.metric("ml_inference_model_cache_bytes" + model))
                    .isEqualTo(back.at("/memory/bytes").doubleValue());
            var cache = server.get(API + "/cache").json();
            assertThat(cache.at("/devices/0/budget_bytes").longValue()).isEqualTo(BUDGET);
            assertThat(cache.at("/devices/0/used_bytes").longValue()).isBetween(1L, BUDGET);
            var freed = server.post(API + "/undeploy", "{\"name\":\"%s\"}".formatted(name)).json();
            assertThat(freed.get("freed_bytes").longValue())
                    .isEqualTo(back.at("/memory/bytes").longValue());
        }
    }

    @Test
    void pinnedModelsStayAndWhatCannotFitIsRefusedWithTheOldVersionServing() {
        try (var server = start("cache.load_timeout", "100ms")) {
            var uri = upload(server);
            assertThat(server.deploy("pinned", uri, ",\"pin\":true").status()).isEqualTo(200);
            deployUntilFull(server);
            assertThat(state(server, "pinned")).isEqualTo("READY");
            var refused =
                    server.deploy(
                            "pinned",
                            uri,
                            ",\"replace\":true,\"config\":{\"instance_group\":[{\"kind\":\"KIND_CPU\",\"count\":60}]}");
            assertThat(refused.status()).as(refused.body()).isEqualTo(507);
            assertThat(refused.code()).isEqualTo("CACHE_BUDGET");
            assertThat(ask(server, "pinned").status()).isEqualTo(200);
            var unknown =
                    server.deploy(
                            "large",
                            uri,
                            ",\"config\":{\"instance_group\":[{\"kind\":\"KIND_CPU\",\"count\":60}]}");
            assertThat(unknown.status()).as(unknown.body()).isEqualTo(507);
            assertThat(server.get(API + "/deployments/large").status()).isEqualTo(404);
            assertThat(server.get("/metrics").body()).doesNotContain("model=\"large\"");
        }
    }

    /// Row 66: a load never takes a model away from a request that uses it.
    @Test
    void aBusyModelIsNotEvicted() throws Exception {
        try (var server = start("cache.load_timeout", "200ms");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.deploy("slow", server.uploadModel("slow"), "");
            long slowBytes =
                    server.get(API + "/deployments/slow").json().at("/memory/bytes").longValue();
            var running = threads.submit(() -> server.predict(slow()));
            await(() -> entry(server, "slow").get("leases").intValue() == 1);
            var names = deployUntilFull(server);
            assertThat(state(server, "slow")).isEqualTo("READY");
            assertThat(entry(server, "slow").get("bytes").longValue()).isEqualTo(slowBytes);
            assertThat(names).isNotEmpty();
            server.post(API + "/undeploy", "{\"name\":\"slow\",\"drain_timeout_s\":0}");
            assertThat(running.get().code()).isEqualTo("CANCELLED");
        }
    }

    private static JsonNode entry(TestServer server, String model) {
        return server.get(API + "/cache")
                .json()
                .get("entries")
                .valueStream()
                .filter(entry -> entry.get("model").stringValue().equals(model))
                .findFirst()
                .orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the time it took").isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static String slow() {
        return """
               {"model":"slow","inputs":[{"name":"x","datatype":"FP32","shape":[1,256],"data":[%s]},
               {"name":"iterations","datatype":"INT64","shape":[1],"data":[100000000]}],"parameters":{"timeout":300000000}}"""
                .formatted("0,".repeat(255) + "0");
    }

    /// Row 60: the same deploy fifty times at once is one load.
    @Test
    void fiftyEqualDeploysAreOneLoad() throws Exception {
        try (var server = start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var uri = upload(server);
            var deploys = new ArrayList<Future<TestServer.Answer>>();
            for (int i = 0; i < 50; i++) {
                deploys.add(threads.submit(() -> server.deploy("m", uri, "")));
            }
            for (var deploy : deploys) {
                assertThat(deploy.get().status()).as(deploy.get().body()).isEqualTo(200);
            }
            assertThat(entry(server, "m").get("loads").intValue()).isEqualTo(1);
            var revision = server.get(API + "/deployments/m").json().get("revision");
            assertThat(revision.intValue()).isEqualTo(1);
        }
    }

    @Test
    void withoutLoadOnDemandAnEvictedModelIsNotReady() {
        try (var server = start("cache.load_on_demand", "false")) {
            deployUntilFull(server);
            var refused = ask(server, evicted(server));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo("MODEL_NOT_READY");
            assertThat(refused.response().headers().firstValue("Retry-After")).isPresent();
        }
    }

    @Test
    void aRestartLoadsPinnedModelsFirstAndNoMoreThanFits() {
        int deployed;
        try (var server = start()) {
            deployed = deployUntilFull(server).size();
            assertThat(server.deploy("pinned", upload(server), ",\"pin\":true").status())
                    .isEqualTo(200);
        }
        try (var server = start()) {
            assertThat(state(server, "pinned")).isEqualTo("READY");
            var cache = server.get(API + "/cache").json();
            assertThat(cache.get("entries")).hasSize(deployed + 1);
            assertThat(cache.at("/devices/0/used_bytes").longValue()).isLessThanOrEqualTo(BUDGET);
            assertThat(cache.toString()).contains("EVICTED");
            for (int i = 0; i < deployed; i++) {
                assertThat(ask(server, "m" + i).status()).isEqualTo(200);
            }
            assertThat(state(server, "pinned")).isEqualTo("READY");
        }
    }

    @Test
    void idleModelsLeaveAfterTheirTtl() {
        try (var server = start("cache.idle_ttl", "1s")) {
            server.deploy("m", upload(server), "");
            await(() -> state(server, "m").equals("EVICTED"));
            assertThat(server.metric("matih_native_sessions")).isZero();
            assertThat(ask(server, "m").status()).isEqualTo(200);
        }
    }
}
