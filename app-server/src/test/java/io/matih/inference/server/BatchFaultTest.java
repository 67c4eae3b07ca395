package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/// Models that do not keep to what batching asks of them: each request gets what it would have got
/// alone.
class BatchFaultTest {
    private static final int TOGETHER = 8;

    /// Eight requests of a row each are a full batch; the delay is long enough for all of them to
    /// meet.
    private static final String JOINED =
            ",\"config\":{\"max_batch_size\":8,\"dynamic_batching\":{\"max_queue_delay_microseconds\":2000000}}";

    private static final int BAD = 3;

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

    private void deploy(String name) {
        var answer = server.deploy(name, server.uploadModel(name), JOINED);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private List<TestServer.Answer> together(IntFunction<String> request) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = new ArrayList<Future<TestServer.Answer>>();
            for (int i = 0; i < TOGETHER; i++) {
                var body = request.apply(i);
                work.add(threads.submit(() -> server.predict(body)));
            }
            var answers = new ArrayList<TestServer.Answer>();
            for (var done : work) {
                answers.add(done.get());
            }
            return answers;
        }
    }

    private double backendErrors(String model) {
        return server.metric(
                "ml_inference_errors_total{model=\"%s\",reason=\"BACKEND\",version=\"1\"}"
                        .formatted(model));
    }

    @Test
    void aModelThatReturnsTooFewRowsIsServedOneByOne() throws Exception {
        deploy("first_row_only");
        for (int round = 0; round < 5; round++) {
            var answers =
                    together(
                            "{\"model\":\"first_row_only\",\"instances\":[[%1$d,1,2,%1$d]]}"
                                    ::formatted);
            for (int i = 0; i < TOGETHER; i++) {
                var answer = answers.get(i);
                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                assertThat(answer.json().at("/outputs/0/data/0").intValue()).isEqualTo(i);
                assertThat(answer.json().at("/outputs/0/data/3").intValue()).isEqualTo(i);
                assertThat(answer.json().at("/meta/batch/size").intValue()).isEqualTo(1);
            }
        }
        assertThat(backendErrors("first_row_only")).isZero();
    }

    @Test
    void aRowThatFailsFailsAlone() throws Exception {
        deploy("fails_on_negative");
        for (var answer :
                together("{\"model\":\"fails_on_negative\",\"instances\":[[%d]]}"::formatted)) {
            assertThat(answer.json().at("/meta/batch/size").intValue()).isEqualTo(TOGETHER);
        }
        for (int round = 0; round < 5; round++) {
            var answers =
                    together(
                            i ->
                                    "{\"model\":\"fails_on_negative\",\"instances\":[[%d]]}"
                                            .formatted(i == BAD ? -1 : i));
            for (int i = 0; i < TOGETHER; i++) {
                var answer = answers.get(i);
                if (i == BAD) {
                    assertThat(answer.status()).as(answer.body()).isEqualTo(500);
                    assertThat(answer.code()).isEqualTo("INFERENCE_FAILED");
                } else {
                    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                    assertThat(answer.json().at("/outputs/0/data/0").intValue()).isEqualTo(2 * i);
                    assertThat(answer.json().at("/meta/batch/size").intValue()).isEqualTo(1);
                }
            }
        }
        assertThat(backendErrors("fails_on_negative")).isEqualTo(5);
        // It was never the model's fault, so good requests are joined as before.
        for (var answer :
                together("{\"model\":\"fails_on_negative\",\"instances\":[[%d]]}"::formatted)) {
            assertThat(answer.json().at("/meta/batch/size").intValue()).isEqualTo(TOGETHER);
        }
    }

    @Test
    void aRequestWithABadRowAmongItsOwnFailsWhole() {
        deploy("fails_on_negative");
        var answer =
                server.predict("{\"model\":\"fails_on_negative\",\"instances\":[[1],[-2],[3]]}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(500);
        assertThat(answer.code()).isEqualTo("INFERENCE_FAILED");
    }
}
