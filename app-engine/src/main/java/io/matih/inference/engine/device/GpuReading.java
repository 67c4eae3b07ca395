package io.matih.inference.engine.device;

import org.jspecify.annotations.Nullable;

/// How a GPU does at one moment. What its driver does not say is absent.
///
/// @param uuid as the driver names it: `GPU-…`
/// @param utilization share of the last moments in which it computed, from 0 to 1
/// @param usedBytes of its memory, by all processes
/// @param powerWatts what it draws
/// @param powerLimitWatts what it may draw
/// @param energyJoules drawn since the driver was loaded
public record GpuReading(
        String uuid,
        @Nullable Double utilization,
        @Nullable Long usedBytes,
        @Nullable Long totalBytes,
        @Nullable Double powerWatts,
        @Nullable Double powerLimitWatts,
        @Nullable Double energyJoules) {}
