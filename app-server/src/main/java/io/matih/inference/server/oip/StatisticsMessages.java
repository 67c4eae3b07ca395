package io.matih.inference.server.oip;

import io.matih.inference.engine.deployment.VersionStatistics;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.telemetry.ModelStatistics.Batch;
import io.matih.inference.engine.telemetry.ModelStatistics.Total;
import io.matih.inference.server.proto.InferBatchStatistics;
import io.matih.inference.server.proto.InferStatistics;
import io.matih.inference.server.proto.MemoryUsage;
import io.matih.inference.server.proto.ModelStatistics;
import io.matih.inference.server.proto.ModelStatisticsResponse;
import io.matih.inference.server.proto.StatisticDuration;

import java.util.Comparator;
import java.util.List;

/// The engine's counts as the statistics extension tells them. Every part is there, also at 0:
/// clients look for each.
final class StatisticsMessages {
    private StatisticsMessages() {}

    static ModelStatisticsResponse of(List<VersionStatistics> versions) {
        return ModelStatisticsResponse.newBuilder()
                .addAllModelStats(versions.stream().map(StatisticsMessages::model).toList())
                .build();
    }

    private static ModelStatistics model(VersionStatistics version) {
        var counts = version.counts();
        var last = counts.lastInference();
        return ModelStatistics.newBuilder()
                .setName(version.model())
                .setVersion(Integer.toString(version.version()))
                .setLastInference(last == null ? 0 : last.toEpochMilli())
                .setInferenceCount(counts.inferences())
                .setExecutionCount(counts.executions())
                .setInferenceStats(
                        InferStatistics.newBuilder()
                                .setSuccess(duration(counts.success()))
                                .setFail(duration(counts.fail()))
                                .setQueue(duration(counts.queue()))
                                .setComputeInput(duration(counts.computeInput()))
                                .setComputeInfer(duration(counts.computeInfer()))
                                .setComputeOutput(duration(counts.computeOutput()))
                                .setCacheHit(duration(counts.cacheHit()))
                                .setCacheMiss(duration(counts.cacheMiss())))
                .addAllBatchStats(counts.batches().stream().map(StatisticsMessages::batch).toList())
                .addAllMemoryUsage(
                        version.memory().entrySet().stream()
                                .map(entry -> memory(entry.getKey(), entry.getValue()))
                                .sorted(
                                        Comparator.comparing(MemoryUsage::getType)
                                                .thenComparingLong(MemoryUsage::getId))
                                .toList())
                .build();
    }

    private static InferBatchStatistics batch(Batch batch) {
        return InferBatchStatistics.newBuilder()
                .setBatchSize(batch.rows())
                .setComputeInput(duration(batch.computeInput()))
                .setComputeInfer(duration(batch.computeInfer()))
                .setComputeOutput(duration(batch.computeOutput()))
                .build();
    }

    private static StatisticDuration duration(Total total) {
        return StatisticDuration.newBuilder().setCount(total.count()).setNs(total.nanos()).build();
    }

    private static MemoryUsage memory(Device device, long bytes) {
        return MemoryUsage.newBuilder()
                .setType(device.kind() == Device.Kind.CPU ? "CPU" : "GPU")
                .setId(device.ordinal())
                .setByteSize(bytes)
                .build();
    }
}
