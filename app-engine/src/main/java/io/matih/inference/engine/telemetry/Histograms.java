package io.matih.inference.engine.telemetry;

import java.util.List;

/// Everything that is counted by size.
final class Histograms {
    private static final List<String> VERSION = List.of("model", "version");

    final HistogramFamily latency =
            new HistogramFamily(
                    "ml_inference_latency_ms",
                    "Prediction latency in milliseconds, from the request's last byte to the answer's",
                    List.of("model", "version", "backend", "mode"),
                    0.25,
                    0.5,
                    1,
                    2.5,
                    5,
                    10,
                    25,
                    50,
                    100,
                    250,
                    500,
                    1000,
                    2500,
                    5000,
                    10_000,
                    30_000);
    final HistogramFamily batchDuration =
            new HistogramFamily(
                    "ml_inference_batch_duration_s",
                    "Duration of batch jobs in seconds",
                    List.of("model", "engine", "outcome"),
                    1,
                    5,
                    15,
                    60,
                    300,
                    900,
                    3600,
                    14_400,
                    43_200,
                    86_400);
    final HistogramFamily batchRows =
            new HistogramFamily(
                    "ml_inference_batch_rows",
                    "Rows of an executed batch",
                    VERSION,
                    1,
                    2,
                    4,
                    8,
                    16,
                    32,
                    64,
                    128,
                    256);
    final HistogramFamily queue =
            new HistogramFamily(
                    "ml_inference_queue_ms",
                    "Longest wait of a batch's members for company and an instance, in milliseconds",
                    VERSION,
                    0.1,
                    0.25,
                    0.5,
                    1,
                    2.5,
                    5,
                    10,
                    25,
                    100,
                    1000);
    final HistogramFamily compute =
            new HistogramFamily(
                    "ml_inference_compute_ms",
                    "The runtime's own time for a batch, in milliseconds",
                    VERSION,
                    0.1,
                    0.25,
                    0.5,
                    1,
                    2.5,
                    5,
                    10,
                    25,
                    100,
                    1000);

    List<HistogramFamily> all() {
        return List.of(latency, batchDuration, batchRows, queue, compute);
    }
}
