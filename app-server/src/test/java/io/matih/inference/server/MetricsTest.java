package io.matih.inference.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.regex.Pattern;

/// The metrics as a scraper sees them.
class MetricsTest {
    /// A line of Prometheus' text format 0.0.4.
    private static final Pattern LINE =
            Pattern.compile(
                    "# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .*"
                            + "|[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\[\\\\\"n])*\",?)*})?"
                            + " [-+0-9.eEInfNa]+");

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
    void theFiveFamiliesAreThereAtZeroFromTheFirstDeployAndLeaveWithTheUndeploy() {
        server.deploy("iris");
        var scrape = server.get("/metrics").body();
        assertThat(scrape.lines()).allMatch(line -> LINE.matcher(line).matches());
        assertThat(scrape)
                .contains(
                        "ml_inference_latency_ms_bucket{backend=\"onnxruntime\",mode=\"realtime\",model=\"iris\",version=\"1\",le=\"0.25\"} 0",
                        "ml_inference_latency_ms_bucket{backend=\"onnxruntime\",mode=\"realtime\",model=\"iris\",version=\"1\",le=\"+Inf\"} 0",
                        "ml_inference_throughput_rps{model=\"iris\",version=\"1\"} 0.0",
                        "ml_inference_errors_total{model=\"iris\",reason=\"INVALID\",version=\"1\"} 0.0",
                        "ml_inference_errors_total{model=\"iris\",reason=\"BACKEND\",version=\"1\"} 0.0",
                        "ml_inference_batch_duration_s_count{engine=\"local\",model=\"iris\",outcome=\"succeeded\"} 0",
                        "ml_inference_model_cache_hits_total{model=\"iris\"} 0.0");
        server.undeploy("iris");
        assertThat(server.get("/metrics").body()).doesNotContain("model=\"iris\"");
    }

    @Test
    void requestsAreCountedAndNativeMemoryIsBackAtZero() {
        server.deploy("iris");
        for (int i = 0; i < 5; i++) {
            server.predict("{\"model\":\"iris\",\"instances\":[[5.1,3.5,1.4,0.2]]}");
        }
        server.predict("{\"model\":\"iris\",\"instances\":[[5.1]]}");
        server.predict(
                "{\"model\":\"iris\",\"inputs\":[{\"name\":\"X\",\"datatype\":\"FP64\",\"shape\":[1,4],\"data\":[1,2,3,4]}]}");
        var labels = "{backend=\"onnxruntime\",mode=\"realtime\",model=\"iris\",version=\"1\"}";
        assertThat(server.metric("ml_inference_latency_ms_count" + labels)).isEqualTo(5);
        assertThat(
                        server.metric(
                                "ml_inference_errors_total{model=\"iris\",reason=\"INVALID\",version=\"1\"}"))
                .isEqualTo(2);
        assertThat(server.metric("ml_inference_model_cache_hits_total{model=\"iris\"}"))
                .isGreaterThanOrEqualTo(5);
        assertThat(server.metric("matih_native_sessions")).isEqualTo(1);
        assertThat(server.metric("matih_native_tensors")).isZero();
        server.undeploy("iris");
        assertThat(server.metric("matih_native_sessions")).isZero();
        assertThat(server.metric("matih_native_tensors")).isZero();
        assertThat(server.metric("matih_native_buffer_bytes")).isZero();
    }

    @Test
    void theSameIsCountedUnderTritonsNames() {
        server.deploy(
                "iris",
                server.uploadModel("iris"),
                ",\"config\":{\"response_cache\":{\"enable\":true}}");
        var labels = "{model=\"iris\",version=\"1\"}";
        assertThat(server.get("/metrics").body())
                .contains(
                        "# TYPE nv_inference_request_success counter\nnv_inference_request_success"
                                + labels
                                + " 0\n",
                        "nv_inference_request_failure{model=\"iris\",reason=\"REJECTED\",version=\"1\"} 0",
                        "nv_inference_pending_request_count" + labels + " 0")
                .doesNotContain("nv_cache_num_hits_per_model");
        for (int i = 0; i < 3; i++) {
            server.predict("{\"model\":\"iris\",\"instances\":[[5.1,3.5,1.4,0.2],[6,2,4,1]]}");
        }
        assertThat(server.metric("nv_inference_request_success" + labels)).isEqualTo(3);
        assertThat(server.metric("nv_inference_count" + labels)).isEqualTo(2);
        assertThat(server.metric("nv_inference_exec_count" + labels)).isEqualTo(1);
        assertThat(server.metric("nv_cache_num_hits_per_model" + labels)).isEqualTo(2);
        assertThat(server.metric("nv_cache_num_misses_per_model" + labels)).isEqualTo(1);
        assertThat(server.metric("nv_inference_request_duration_us" + labels))
                .isGreaterThanOrEqualTo(
                        server.metric("nv_inference_compute_infer_duration_us" + labels));
        assertThat(server.metric("nv_model_load_duration_secs" + labels)).isPositive();
        assertThat(server.metric("nv_cpu_memory_total_bytes")).isPositive();
        assertThat(server.get("/metrics").body().lines())
                .allMatch(line -> LINE.matcher(line).matches());
        server.undeploy("iris");
        assertThat(server.get("/metrics").body()).doesNotContain("model=\"iris\"");
    }

    /// Row 102: what clients invent makes no series.
    @Test
    void unknownNamesMakeNoSeries() {
        server.deploy("iris");
        long before = server.get("/metrics").body().lines().count();
        for (int i = 0; i < 500; i++) {
            server.predict("{\"model\":\"ghost%d\",\"instances\":[[1]]}".formatted(i));
            server.get("/nothing/here/" + i);
        }
        assertThat(server.get("/metrics").body().lines().count()).isEqualTo(before);
        assertThat(server.get("/metrics").body()).doesNotContain("ghost");
    }
}
