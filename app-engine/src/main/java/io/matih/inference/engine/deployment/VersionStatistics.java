package io.matih.inference.engine.deployment;

import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.telemetry.ModelStatistics;

import java.util.Map;

/// What was counted of a deployed version, and how it stands now.
///
/// @param pending requests that wait for an instance
/// @param memory bytes on each device; empty while it is not in memory
public record VersionStatistics(
        String model, int version, ModelStatistics counts, int pending, Map<Device, Long> memory) {
    public VersionStatistics {
        memory = Map.copyOf(memory);
    }
}
