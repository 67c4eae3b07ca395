package io.matih.inference.engine.cache;

import io.matih.inference.engine.device.Device;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// How much memory models may take, and when they come and go.
///
/// @param hostBytes budget of the host's memory; absent: no limit
/// @param gpuBytes budget of each GPU's memory; absent: no limit
/// @param overcommitPercent how far budgets may be passed
/// @param loadTimeout how long a request waits for its model, and a load for room
/// @param loadOnDemand whether a request brings back a model that is not in memory
/// @param idleTtl after how long without a request a model leaves memory; absent: never for that
public record CacheSettings(
        @Nullable Long hostBytes,
        @Nullable Long gpuBytes,
        int overcommitPercent,
        Duration loadTimeout,
        boolean loadOnDemand,
        @Nullable Duration idleTtl) {
    public static final Duration LOAD_TIMEOUT = Duration.ofSeconds(30);

    /// What may be taken of a device, the overcommitment included; absent: no limit.
    @Nullable Long limit(Device device) {
        var budget = budget(device);
        return budget == null ? null : budget + (long) (budget * (overcommitPercent / 100.0));
    }

    @Nullable Long budget(Device device) {
        return switch (device.kind()) {
            case CPU -> hostBytes;
            case CUDA -> gpuBytes;
        };
    }
}
