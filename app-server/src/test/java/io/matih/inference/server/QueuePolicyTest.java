package io.matih.inference.server;

import static io.matih.inference.server.Eventually.await;
import static io.matih.inference.server.SlowModel.ENDLESS;
import static io.matih.inference.server.SlowModel.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// `dynamic_batching` over REST, on a model whose only instance is busy.
class QueuePolicyTest {
    /// Of the request that keeps the instance busy.
    private static final String BUSY = "\"timeout\":2000000";

    @TempDir private Path data;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start(data);
    }

    @AfterEach
    void stop() {
        threads.close();
        server.close();
    }

    private TestServer.Answer deploy(String model, String batching) {
        return server.deploy(
                model,
                server.uploadModel(model),
                ",\"config\":{\"dynamic_batching\":{%s}}".formatted(batching));
    }

    private Future<TestServer.Answer> busySlow(String batching) {
        var answer = deploy("slow", batching);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        var busy = predict(request(ENDLESS, 1, BUSY));
        await("the run", () -> SlowModel.runs(server));
        return busy;
    }

    private Future<TestServer.Answer> predict(String body) {
        return threads.submit(() -> server.predict(body));
    }

    private void awaitWaiting(int count) {
        await(count + " waiting", () -> SlowModel.queueDepth(server) == count);
    }

    @Test
    void aFullQueueRefuses() throws Exception {
        var busy = busySlow("\"default_queue_policy\":{\"max_queue_size\":1}");
        var waiting = predict(request(1, 2));
        awaitWaiting(1);
        assertRefused(server.predict(request(1, 3)), "QUEUE_FULL");
        assertThat(busy.get().status()).isEqualTo(504);
        assertThat(waiting.get().json().at("/outputs/0/data/0").intValue()).isEqualTo(2);
    }

    @Test
    void aQueuesTimeoutRefuses() throws Exception {
        var busy = busySlow("\"default_queue_policy\":{\"default_timeout_microseconds\":100000}");
        long begun = System.nanoTime();
        assertRefused(server.predict(request(1, 2)), "OVERLOADED");
        assertThat(System.nanoTime() - begun).isGreaterThan(100_000_000);
        assertThat(SlowModel.runs(server)).isTrue();
        assertThat(busy.get().status()).isEqualTo(504);
    }

    @Test
    void aQueuesTimeoutMayOnlyDelay() throws Exception {
        var busy =
                busySlow(
                        "\"default_queue_policy\":{\"default_timeout_microseconds\":100000,\"timeout_action\":\"DELAY\"}");
        var answer = server.predict(request(1, 2));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().at("/outputs/0/data/0").intValue()).isEqualTo(2);
        assertThat(busy.get().status()).isEqualTo(504);
    }

    private static void assertRefused(TestServer.Answer answer, String code) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.json().get("retry_after_ms").longValue()).isPositive();
        assertThat(answer.response().headers().firstValue("Retry-After").orElseThrow())
                .matches("[1-9][0-9]*");
    }

    @Test
    void whatMattersMostIsAnsweredFirst() throws Exception {
        var busy = busySlow("\"priority_levels\":3,\"default_priority_level\":2");
        var order = new ConcurrentLinkedQueue<Integer>();
        var work = new ArrayList<Future<?>>();
        for (int priority : List.of(3, 0, 1)) {
            work.add(threads.submit(() -> ask(priority, order)));
            awaitWaiting(work.size());
        }
        assertThat(busy.get().status()).isEqualTo(504);
        for (var done : work) {
            done.get();
        }
        assertThat(order).containsExactly(1, 0, 3);
    }

    /// Its run is long enough for its answer to come before the next one's.
    private void ask(int priority, ConcurrentLinkedQueue<Integer> order) {
        var parameters = "\"timeout\":60000000,\"priority\":" + priority;
        var answer = server.predict(request(2000, 1, parameters));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        order.add(priority);
    }

    @Test
    void aDelayJoinsRequests() throws Exception {
        var answer = deploy("iris", "\"max_queue_delay_microseconds\":1000000");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        var work = new ArrayList<Future<TestServer.Answer>>();
        for (int i = 0; i < 6; i++) {
            work.add(predict("{\"model\":\"iris\",\"instances\":[[5.1,3.5,1.4,0.2]]}"));
        }
        int joined = 0;
        for (var done : work) {
            assertThat(done.get().status()).as(done.get().body()).isEqualTo(200);
            joined = Math.max(joined, done.get().json().at("/meta/batch/size").intValue());
        }
        assertThat(joined).isGreaterThan(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            textBlock =
                    """
                    max_queue_delay_microseconds | "max_queue_delay_microseconds":-1
                    max_queue_delay_microseconds | "max_queue_delay_microseconds":3600000001
                    preferred_batch_size | "preferred_batch_size":[0]
                    preferred_batch_size | "preferred_batch_size":[4,-1]
                    preferred_batch_size | "preferred_batch_size":[65537]
                    priority_levels | "priority_levels":-1
                    priority_levels | "priority_levels":101
                    default_priority_level | "default_priority_level":1
                    default_priority_level | "priority_levels":2,"default_priority_level":3
                    default_priority_level | "priority_levels":2,"default_priority_level":-1
                    default_queue_policy.timeout_action | "default_queue_policy":{"timeout_action":"DROP"}
                    default_queue_policy.default_timeout_microseconds | "default_queue_policy":{"default_timeout_microseconds":-1}
                    default_queue_policy.max_queue_size | "default_queue_policy":{"max_queue_size":-1}
                    default_queue_policy.max_queue_size | "default_queue_policy":{"max_queue_size":1000001}
                    priority_queue_policy | "priority_levels":2,"priority_queue_policy":{"3":{}}
                    priority_queue_policy | "priority_levels":2,"priority_queue_policy":{"0":{}}
                    priority_queue_policy | "priority_levels":2,"priority_queue_policy":{"high":{}}
                    priority_queue_policy | "priority_queue_policy":{"1":{}}
                    priority_queue_policy.1.max_queue_size | "priority_levels":1,"priority_queue_policy":{"1":{"max_queue_size":-1}}
                    priority_queue_policy.1.timeout_action | "priority_levels":1,"priority_queue_policy":{"1":{"timeout_action":"reject"}}
                    """)
    void aBadValueIsRefusedByName(String field, String batching) {
        var answer = deploy("iris", batching);
        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("CONFIG_INVALID");
        assertThat(answer.json().at("/details/0/field").stringValue())
                .isEqualTo("config.dynamic_batching." + field);
        assertThat(answer.json().get("error").stringValue()).contains(field);
        assertThat(server.get(TestServer.API + "/deployments/iris").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"null", "4.5", "'\"4\"'"})
    void aSizeIsAnInteger(String size) {
        var answer = deploy("iris", "\"preferred_batch_size\":[8,%s]".formatted(size));
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("MALFORMED_REQUEST");
        assertThat(answer.json().at("/details/0/field").stringValue())
                .isEqualTo("config.dynamic_batching.preferred_batch_size[1]");
    }
}
