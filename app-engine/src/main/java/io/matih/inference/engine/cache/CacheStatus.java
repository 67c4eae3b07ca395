package io.matih.inference.engine.cache;

import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ServingException;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/// The cache at one moment, for people to look at.
///
/// @param devices the host first, then what else models are on
/// @param models by name and version
public record CacheStatus(List<DeviceUse> devices, List<ModelUse> models) {
    public CacheStatus {
        devices = List.copyOf(devices);
        models = List.copyOf(models);
    }

    /// A device's memory.
    ///
    /// @param budgetBytes absent: no limit
    /// @param usedBytes of models in memory, of those on their way in and of those on their way out
    public record DeviceUse(Device device, @Nullable Long budgetBytes, long usedBytes) {}

    /// One model.
    ///
    /// @param footprint of it in memory; nothing while it is not
    /// @param leases requests that use it now
    /// @param lastUsed absent where it was never in memory; to a tenth of a second
    /// @param loads how often it was brought into memory
    /// @param loadNanos how long the latest load took
    public record ModelUse(
            String model,
            int version,
            State state,
            Footprint footprint,
            boolean pinned,
            int leases,
            @Nullable Instant lastUsed,
            long loads,
            long loadNanos) {}

    /// Where a model is.
    public sealed interface State {
        /// Not in memory; the next request brings it there.
        record Absent() implements State {}

        /// On its way.
        ///
        /// @param step what is being done, in words
        record Loading(String step) implements State {}

        /// In memory.
        record InMemory(Instant since) implements State {}

        /// Its latest load failed; it is tried again later.
        record Failed(ServingException failure) implements State {}
    }
}
