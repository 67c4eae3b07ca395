package io.matih.inference.server.bench;

import org.HdrHistogram.Histogram;

import java.time.Duration;

/// How a running load does.
///
/// @param elapsed since the first request, the warm-up included
/// @param warmingUp whether nothing is counted yet
/// @param throughput answers a second since the last snapshot
/// @param latest latencies since the last snapshot, good answers only
/// @param all those since counting began
/// @param failed requests that did not get a good answer
/// @param wrong answers that are not the expected ones
public record LoadSnapshot(
        Duration elapsed,
        boolean warmingUp,
        double throughput,
        Histogram latest,
        Histogram all,
        long failed,
        long wrong) {}
