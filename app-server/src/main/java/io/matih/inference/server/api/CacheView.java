package io.matih.inference.server.api;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Answer of `GET /api/v1/inference/cache`: budgets, and what is in memory.
///
/// @param devices the host first
/// @param entries deployed versions, by name and version
public record CacheView(List<DeviceBudget> devices, List<CacheEntry> entries) {
    /// A device's memory.
    ///
    /// @param device `cpu`, `cuda:0`
    /// @param budgetBytes null where there is no limit
    /// @param usedBytes of models in memory, on their way in and on their way out
    public record DeviceBudget(String device, @Nullable Long budgetBytes, long usedBytes) {}

    /// A deployed version.
    ///
    /// @param state READY, LOADING, EVICTED or UNAVAILABLE
    /// @param bytes on all devices together; 0 while it is not in memory
    /// @param bytesByDevice the same for each device
    /// @param measured whether that was measured; else it is what the model declares
    /// @param leases requests that use it now
    /// @param loads how often it was brought into memory
    /// @param loadMs how long the latest load took; null where there was none
    /// @param lastUsed null where it was never in memory
    public record CacheEntry(
            String model,
            String version,
            String state,
            long bytes,
            Map<String, Long> bytesByDevice,
            boolean measured,
            boolean pinned,
            int leases,
            long loads,
            @Nullable Double loadMs,
            @Nullable Instant lastUsed) {}
}
